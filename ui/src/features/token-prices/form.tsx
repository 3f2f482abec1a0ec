import { type FormEvent, useState } from 'react';
import type { TokenPrice } from '@/api/types';
import { Button } from '@/components/ui/button';
import { Dialog, DialogBody, DialogFooter } from '@/components/ui/dialog';
import { Field } from '@/components/ui/field';
import { Input, Select } from '@/components/ui/input';
import { Notice } from '@/components/ui/notice';
import { causeOf } from '@/components/ui/states';
import { showToast } from '@/components/ui/toast';
import { PROVIDERS } from '@/features/agents/proxy-urls';
import { priceError } from '@/features/token-prices/price-input';
import { type PriceDraft, useSavePrice } from '@/features/token-prices/queries';

type Props = { price: TokenPrice | undefined; add: string | undefined; onClose: () => void };

const AMOUNTS = [
  { key: 'input', label: 'Input', optional: false },
  { key: 'output', label: 'Output', optional: false },
  { key: 'cacheRead', label: 'Cache read', optional: true },
  { key: 'cacheWrite', label: 'Cache write', optional: true },
] as const;

type Amounts = Record<(typeof AMOUNTS)[number]['key'], string>;

export function PriceDialog({ price, add, onClose }: Props) {
  const save = useSavePrice(price?.id);
  const [provider, setProvider] = useState(price?.provider ?? prefill(add).provider);
  const [model, setModel] = useState(price?.model ?? prefill(add).model);
  const [amounts, setAmounts] = useState<Amounts>({
    input: price?.pricePerMillionInput ?? '',
    output: price?.pricePerMillionOutput ?? '',
    cacheRead: price?.pricePerMillionCacheRead ?? '',
    cacheWrite: price?.pricePerMillionCacheWrite ?? '',
  });
  const [submitted, setSubmitted] = useState(false);
  const errors = AMOUNTS.map((amount) => priceError(amounts[amount.key], amount.optional));

  function submit(event: FormEvent) {
    event.preventDefault();
    setSubmitted(true);
    if (errors.some((error) => error !== null) || model.trim() === '') return;
    save.mutate(
      {
        // The form offers what the server takes.
        provider: provider as PriceDraft['provider'],
        model: model.trim(),
        pricePerMillionInput: amounts.input.trim(),
        pricePerMillionOutput: amounts.output.trim(),
        pricePerMillionCacheRead: amounts.cacheRead.trim() || null,
        pricePerMillionCacheWrite: amounts.cacheWrite.trim() || null,
      },
      {
        onSuccess: () => {
          showToast({ tone: 'ok', title: `Price of ${model.trim()} saved` });
          onClose();
        },
      },
    );
  }

  return (
    <Dialog
      title={price ? `Price of ${price.model}` : 'Add a price'}
      description="US dollars per million tokens. Counts from the next call on."
      onClose={onClose}
    >
      <form onSubmit={submit} className="contents" noValidate>
        <DialogBody>
          {save.isError ? (
            <Notice tone="error" role="alert">
              {causeOf(save.error)}
            </Notice>
          ) : null}
          {price ? null : (
            <div className="grid grid-cols-[10rem_1fr] gap-3">
              <Field label="Provider">
                {(control) => (
                  <Select {...control} value={provider} onChange={(event) => setProvider(event.target.value)}>
                    {PROVIDERS.map((each) => (
                      <option key={each.id} value={each.id}>
                        {each.name}
                      </option>
                    ))}
                  </Select>
                )}
              </Field>
              <Field
                label="Model"
                error={submitted && model.trim() === '' ? 'The name as the provider writes it.' : null}
              >
                {(control) => (
                  <Input
                    {...control}
                    value={model}
                    autoComplete="off"
                    spellCheck={false}
                    onChange={(event) => setModel(event.target.value)}
                  />
                )}
              </Field>
            </div>
          )}
          <div className="grid grid-cols-2 gap-3">
            {AMOUNTS.map((amount, index) => (
              <Field
                key={amount.key}
                label={amount.label}
                optional={amount.optional}
                error={submitted ? errors[index] : null}
              >
                {(control) => (
                  <span className="relative block">
                    <span className="pointer-events-none absolute top-1.5 left-2.5 text-sm text-text-3" aria-hidden>
                      $
                    </span>
                    <Input
                      {...control}
                      inputMode="decimal"
                      className="pl-6 text-right tnum"
                      value={amounts[amount.key]}
                      onChange={(event) =>
                        setAmounts({ ...amounts, [amount.key]: event.target.value.replace(',', '.') })
                      }
                    />
                  </span>
                )}
              </Field>
            ))}
          </div>
        </DialogBody>
        <DialogFooter>
          <Button onClick={onClose}>Cancel</Button>
          <Button type="submit" variant="primary" pending={save.isPending}>
            Save price
          </Button>
        </DialogFooter>
      </form>
    </Dialog>
  );
}

/** `openai/gpt-x` from the list of models without a price; a model's own name may hold slashes. */
function prefill(add: string | undefined): { provider: string; model: string } {
  const slash = add?.indexOf('/') ?? -1;
  if (add === undefined || slash < 0) return { provider: 'openai', model: '' };
  return { provider: add.slice(0, slash), model: add.slice(slash + 1) };
}
