import { useQuery } from '@tanstack/react-query';
import { Plus, X } from 'lucide-react';
import { type FormEvent, type ReactNode, useId, useState } from 'react';
import type { Agent, Label } from '@/api/types';
import { Button } from '@/components/ui/button';
import { DialogBody, DialogFooter } from '@/components/ui/dialog';
import { Field } from '@/components/ui/field';
import { Input, Textarea } from '@/components/ui/input';
import { Notice } from '@/components/ui/notice';
import { causeOf } from '@/components/ui/states';
import { Switch } from '@/components/ui/switch';
import { type AgentDraft, labelKeysQuery } from '@/features/agents/queries';

type Props = {
  agent?: Agent;
  submitLabel: string;
  pending: boolean;
  error: unknown;
  onSubmit: (draft: AgentDraft) => void;
  onCancel: () => void;
  children?: ReactNode;
};

export function AgentForm({ agent, submitLabel, pending, error, onSubmit, onCancel, children }: Props) {
  const [name, setName] = useState(agent?.name ?? '');
  const [description, setDescription] = useState(agent?.description ?? '');
  const [labels, setLabels] = useState<Label[]>(agent?.labels.map(({ key, value }) => ({ key, value })) ?? []);
  const [isDefault, setIsDefault] = useState(agent?.isDefault ?? false);
  const defaultId = useId();
  const wasDefault = agent?.isDefault ?? false;
  const repeated = repeatedKey(labels);

  function submit(event: FormEvent) {
    event.preventDefault();
    if (repeated !== undefined) return;
    onSubmit({
      name: name.trim(),
      description: description.trim() === '' ? null : description.trim(),
      labels: labels
        .map(({ key, value }) => ({ key: key.trim(), value: value.trim() }))
        .filter((label) => label.key !== ''),
      ...(isDefault !== wasDefault ? { isDefault } : {}),
    });
  }

  return (
    <form onSubmit={submit} className="flex min-h-0 flex-1 flex-col">
      <DialogBody>
        {error ? (
          <Notice tone="error" role="alert">
            {causeOf(error)}
          </Notice>
        ) : null}
        {children}
        <Field label="Name" hint="Shown in the logs; the address uses an id that never changes.">
          {(control) => (
            <Input
              {...control}
              value={name}
              required
              maxLength={200}
              autoFocus={!agent}
              placeholder="Billing service"
              onChange={(event) => setName(event.target.value)}
            />
          )}
        </Field>
        <Field label="Description" optional>
          {(control) => (
            <Textarea
              {...control}
              rows={3}
              value={description}
              onChange={(event) => setDescription(event.target.value)}
            />
          )}
        </Field>
        <LabelEditor
          labels={labels}
          onChange={setLabels}
          error={repeated === undefined ? null : `The key “${repeated}” stands here twice.`}
        />
        <div className="flex items-start gap-3 rounded-lg border border-line p-3">
          <Switch id={defaultId} checked={isDefault} disabled={wasDefault} onCheckedChange={setIsDefault} />
          <div className="-mt-0.5">
            <label htmlFor={defaultId} className="text-sm font-medium">
              Default agent
            </label>
            <p className="text-xs text-text-3">
              {wasDefault
                ? 'It answers addresses without an agent id. To change that, make another agent the default.'
                : 'Answers addresses without an agent id, in place of the one that does now.'}
            </p>
          </div>
        </div>
      </DialogBody>
      <DialogFooter>
        <Button onClick={onCancel}>Cancel</Button>
        <Button type="submit" variant="primary" pending={pending} disabled={name.trim() === ''}>
          {submitLabel}
        </Button>
      </DialogFooter>
    </form>
  );
}

type LabelEditorProps = { labels: Label[]; onChange: (labels: Label[]) => void; error: string | null };

function LabelEditor({ labels, onChange, error }: LabelEditorProps) {
  const known = useQuery(labelKeysQuery);
  const listId = useId();
  const set = (index: number, change: Partial<Label>) =>
    onChange(labels.map((label, at) => (at === index ? { ...label, ...change } : label)));
  return (
    <fieldset>
      <legend className="text-sm font-medium">
        Labels <span className="ml-1 font-normal text-text-3">optional</span>
      </legend>
      <p className="mt-0.5 mb-2 text-xs text-text-3">Key and value, to group agents: team, environment, owner.</p>
      <div className="flex flex-col gap-2">
        {labels.map((label, index) => (
          <div key={index} className="flex gap-2">
            <Input
              aria-label={`Key of label ${index + 1}`}
              placeholder="team"
              list={listId}
              value={label.key}
              onChange={(event) => set(index, { key: event.target.value })}
            />
            <Input
              aria-label={`Value of label ${index + 1}`}
              placeholder="payments"
              value={label.value}
              onChange={(event) => set(index, { value: event.target.value })}
            />
            <Button
              variant="ghost"
              size="icon"
              aria-label={`Remove label ${index + 1}`}
              onClick={() => onChange(labels.filter((_, at) => at !== index))}
            >
              <X aria-hidden />
            </Button>
          </div>
        ))}
        <datalist id={listId}>
          {known.data?.map((key) => (
            <option key={key} value={key} />
          ))}
        </datalist>
        {error ? <p className="text-xs text-bad-text">{error}</p> : null}
        <Button size="sm" className="self-start" onClick={() => onChange([...labels, { key: '', value: '' }])}>
          <Plus aria-hidden /> Add label
        </Button>
      </div>
    </fieldset>
  );
}

function repeatedKey(labels: Label[]): string | undefined {
  const keys = labels.map((label) => label.key.trim()).filter((key) => key !== '');
  return keys.find((key, index) => keys.indexOf(key) !== index);
}
