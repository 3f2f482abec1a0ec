import { Plus, X } from 'lucide-react';
import type { EnvironmentVariable } from '@/api/mcp';
import { Button } from '@/components/ui/button';
import { Input, Select } from '@/components/ui/input';
import { NEW_VARIABLE } from '@/features/mcp-catalog/draft';

type Props = {
  variables: EnvironmentVariable[];
  onChange: (variables: EnvironmentVariable[]) => void;
  error?: string;
};

const TYPES: Record<EnvironmentVariable['type'], string> = {
  plain_text: 'Text',
  secret: 'Secret',
  boolean: 'Yes or no',
  number: 'Number',
};

/** Variables of the container: fixed here, or asked for at every installation. */
export function EnvironmentEditor({ variables, onChange, error }: Props) {
  const set = (index: number, change: Partial<EnvironmentVariable>) =>
    onChange(variables.map((variable, at) => (at === index ? { ...variable, ...change } : variable)));
  return (
    <fieldset>
      <legend className="text-sm font-medium">Environment variables</legend>
      <p className="mt-0.5 mb-2 text-xs text-text-3">
        “Asked” means that whoever installs it answers for themselves. Secrets are kept encrypted.
      </p>
      <div className="flex flex-col gap-2">
        {variables.map((variable, index) => (
          <VariableRow
            key={index}
            variable={variable}
            number={index + 1}
            onChange={(change) => set(index, change)}
            onRemove={() => onChange(variables.filter((_, at) => at !== index))}
          />
        ))}
        {error ? <p className="text-xs text-bad-text">{error}</p> : null}
        <Button size="sm" className="self-start" onClick={() => onChange([...variables, NEW_VARIABLE])}>
          <Plus aria-hidden /> Add variable
        </Button>
      </div>
    </fieldset>
  );
}

type RowProps = {
  variable: EnvironmentVariable;
  number: number;
  onChange: (change: Partial<EnvironmentVariable>) => void;
  onRemove: () => void;
};

function VariableRow({ variable, number, onChange, onRemove }: RowProps) {
  return (
    <div role="group" aria-label={`Variable ${number}`} className="rounded-lg border border-line p-2">
      <div className="flex gap-2">
        <Input
          aria-label={`Name of variable ${number}`}
          placeholder="API_KEY"
          className="font-mono text-xs"
          spellCheck={false}
          value={variable.key}
          onChange={(event) => onChange({ key: event.target.value })}
        />
        <Select
          aria-label={`Type of variable ${number}`}
          className="w-32 shrink-0"
          value={variable.type}
          onChange={(event) => {
            const type = (Object.keys(TYPES) as EnvironmentVariable['type'][]).find(
              (each) => each === event.target.value,
            );
            if (type) onChange({ type });
          }}
        >
          {Object.entries(TYPES).map(([type, label]) => (
            <option key={type} value={type}>
              {label}
            </option>
          ))}
        </Select>
        <Select
          aria-label={`Where variable ${number} comes from`}
          className="w-28 shrink-0"
          value={variable.promptOnInstallation ? 'asked' : 'fixed'}
          onChange={(event) => onChange({ promptOnInstallation: event.target.value === 'asked' })}
        >
          <option value="asked">Asked</option>
          <option value="fixed">Fixed</option>
        </Select>
        <Button variant="ghost" size="icon" aria-label={`Remove variable ${number}`} onClick={onRemove}>
          <X aria-hidden />
        </Button>
      </div>
      <div className="mt-2 flex items-center gap-3">
        {variable.promptOnInstallation ? (
          <>
            <Input
              aria-label={`Explanation of variable ${number}`}
              placeholder="What to enter, and where to get it"
              value={variable.description ?? ''}
              onChange={(event) => onChange({ description: event.target.value === '' ? null : event.target.value })}
            />
            <label className="flex shrink-0 items-center gap-1.5 pr-2 text-xs text-text-2">
              <input
                type="checkbox"
                className="accent-accent"
                checked={variable.required ?? false}
                onChange={(event) => onChange({ required: event.target.checked })}
              />
              required
            </label>
          </>
        ) : (
          <Input
            aria-label={`Value of variable ${number}`}
            type={variable.type === 'secret' ? 'password' : 'text'}
            autoComplete="off"
            placeholder={variable.type === 'secret' ? 'Stored; type to replace it' : 'Value'}
            value={variable.value ?? ''}
            onChange={(event) => onChange({ value: event.target.value === '' ? null : event.target.value })}
          />
        )}
      </div>
    </div>
  );
}
