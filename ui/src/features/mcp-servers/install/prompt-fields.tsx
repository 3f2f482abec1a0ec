import { Field } from '@/components/ui/field';
import { Input, Textarea } from '@/components/ui/input';
import { Switch } from '@/components/ui/switch';
import { type Answers, answerKey, type Prompt } from '@/features/mcp-servers/install/prompts';
import { VaultReferenceFields } from '@/features/secrets/vault-reference-fields';
import { formatReference, parseReference } from '@/features/secrets/words';

type Props = {
  prompts: Prompt[];
  answers: Answers;
  onChange: (answers: Answers) => void;
  /** What stands under a secret. */
  secretHint?: string;
};

export function PromptFields({ prompts, answers, onChange, secretHint }: Props) {
  return prompts.map((prompt, index) => {
    const key = answerKey(prompt);
    const value = answers[key] ?? '';
    const set = (next: string) => onChange({ ...answers, [key]: next });
    if (prompt.kind === 'reference') {
      const hint = [prompt.description, secretHint].filter(Boolean).join(' ');
      return (
        <VaultReferenceFields
          key={key}
          label={`${prompt.label} in Vault`}
          hint={hint}
          optional={!prompt.required}
          value={parseReference(value)}
          onChange={(reference) => set(formatReference(reference))}
        />
      );
    }
    return (
      <PromptField key={key} prompt={prompt} value={value} first={index === 0} onChange={set} secretHint={secretHint} />
    );
  });
}

type FieldProps = {
  prompt: Prompt;
  value: string;
  first: boolean;
  onChange: (value: string) => void;
  secretHint?: string;
};

function PromptField({ prompt, value, first, onChange, secretHint }: FieldProps) {
  const storedHint = prompt.secret ? (secretHint ?? 'Kept encrypted; nobody sees it again.') : undefined;
  const hint = [prompt.description, storedHint].filter(Boolean).join(' ');
  const required = prompt.required && secretHint === undefined;
  return (
    <Field label={prompt.label} hint={hint === '' ? undefined : hint} optional={!prompt.required}>
      {(control) => {
        if (prompt.kind === 'boolean') {
          return (
            <Switch
              id={control.id}
              aria-describedby={control['aria-describedby']}
              checked={value === 'true'}
              onCheckedChange={(on) => onChange(String(on))}
            />
          );
        }
        if (prompt.multiple) {
          return (
            <Textarea
              {...control}
              rows={3}
              required={required}
              value={value}
              placeholder="One per line"
              spellCheck={false}
              onChange={(event) => onChange(event.target.value)}
            />
          );
        }
        return (
          <Input
            {...control}
            type={prompt.secret ? 'password' : prompt.kind === 'number' ? 'number' : 'text'}
            required={required}
            min={prompt.min}
            max={prompt.max}
            step="any"
            autoComplete={prompt.secret ? 'new-password' : 'off'}
            spellCheck={false}
            // A form that asks is opened to be filled in; one that shows what is set is not.
            autoFocus={first && secretHint === undefined}
            placeholder={prompt.kind === 'directory' ? '/path/to/a/folder' : undefined}
            value={value}
            onChange={(event) => onChange(event.target.value)}
          />
        );
      }}
    </Field>
  );
}
