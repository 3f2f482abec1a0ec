import { useQuery } from '@tanstack/react-query';
import { Plus, X } from 'lucide-react';
import { useId, useState } from 'react';
import { Button } from '@/components/ui/button';
import { Field } from '@/components/ui/field';
import { Input } from '@/components/ui/input';
import { tokenPricesQuery } from '@/features/token-prices/queries';

type Props = { models: readonly string[]; onChange: (models: string[]) => void };

/** Models by name; none means all of them. */
export function ModelsField({ models, onChange }: Props) {
  const prices = useQuery(tokenPricesQuery);
  const [typed, setTyped] = useState('');
  const suggestions = useId();
  const name = typed.trim();
  function add() {
    if (name !== '' && !models.includes(name)) onChange([...models, name]);
    setTyped('');
  }
  return (
    <div className="flex flex-col gap-2">
      <Field label="Models" optional hint="Without any, all models count.">
        {(control) => (
          <span className="flex gap-2">
            <Input
              {...control}
              list={suggestions}
              autoComplete="off"
              spellCheck={false}
              placeholder="gpt-5-mini"
              value={typed}
              onChange={(event) => setTyped(event.target.value)}
              onBlur={add}
              onKeyDown={(event) => {
                if (event.key !== 'Enter' || name === '') return;
                event.preventDefault();
                add();
              }}
            />
            <datalist id={suggestions}>
              {[...new Set(prices.data?.map(({ model }) => model))].sort().map((model) => (
                <option key={model} value={model} />
              ))}
            </datalist>
            <Button onClick={add} disabled={name === ''}>
              <Plus aria-hidden /> Add<span className="sr-only"> model</span>
            </Button>
          </span>
        )}
      </Field>
      {models.length > 0 ? (
        <ul aria-label="Chosen models" className="flex flex-wrap gap-1.5">
          {models.map((model) => (
            <li
              key={model}
              className="inline-flex items-center gap-1 rounded-full border border-line bg-surface-2 py-0.5 pr-1 pl-2.5 text-xs"
            >
              {model}
              <button
                type="button"
                aria-label={`Remove ${model}`}
                className="grid size-5 place-items-center rounded-full text-text-3 hover:bg-surface-3 hover:text-text"
                onClick={() => onChange(models.filter((each) => each !== model))}
              >
                <X className="size-3" aria-hidden />
              </button>
            </li>
          ))}
        </ul>
      ) : null}
    </div>
  );
}
