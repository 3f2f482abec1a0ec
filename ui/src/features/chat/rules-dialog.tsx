import { type FormEvent, useState } from 'react';
import type { ApprovalMode } from '@/api/chat';
import { Button } from '@/components/ui/button';
import { Dialog, DialogBody, DialogFooter } from '@/components/ui/dialog';
import { Field } from '@/components/ui/field';
import { Textarea } from '@/components/ui/input';
import type { Setup } from '@/features/chat/setup';

const MODES: { value: ApprovalMode; label: string; hint: string }[] = [
  { value: 'destructive', label: 'Those that may destroy something', hint: 'As their servers declare it.' },
  { value: 'always', label: 'All but those that only read', hint: 'For servers whose words you do not trust.' },
  { value: 'never', label: 'None', hint: 'The rules of the agent still hold.' },
];

type Rules = Pick<Setup, 'systemPrompt' | 'approvalMode'>;
type Props = { setup: Rules; pending: boolean; onSave: (rules: Rules) => void; onClose: () => void };

export function RulesDialog({ setup, pending, onSave, onClose }: Props) {
  const [systemPrompt, setSystemPrompt] = useState(setup.systemPrompt ?? '');
  const [approvalMode, setApprovalMode] = useState(setup.approvalMode);
  function submit(event: FormEvent) {
    event.preventDefault();
    onSave({ systemPrompt: systemPrompt.trim() === '' ? null : systemPrompt, approvalMode });
  }
  return (
    <Dialog title="Instructions and approvals" onClose={onClose}>
      <form onSubmit={submit} className="flex min-h-0 flex-1 flex-col">
        <DialogBody>
          <Field label="System prompt" optional hint="What the model is told before the first message.">
            {(control) => (
              <Textarea
                {...control}
                rows={7}
                value={systemPrompt}
                onChange={(event) => setSystemPrompt(event.target.value)}
              />
            )}
          </Field>
          <fieldset className="flex flex-col gap-2">
            <legend className="mb-1.5 text-sm font-medium">Tools that ask you before they are called</legend>
            {MODES.map(({ value, label, hint }) => (
              <label key={value} className="flex items-start gap-2.5 rounded-lg border border-line px-3 py-2 text-sm">
                <input
                  type="radio"
                  name="approval"
                  className="mt-1 accent-accent"
                  checked={approvalMode === value}
                  onChange={() => setApprovalMode(value)}
                />
                <span>
                  {label}
                  <span className="block text-xs text-text-3">{hint}</span>
                </span>
              </label>
            ))}
          </fieldset>
        </DialogBody>
        <DialogFooter>
          <Button onClick={onClose}>Cancel</Button>
          <Button type="submit" variant="primary" pending={pending}>
            Save
          </Button>
        </DialogFooter>
      </form>
    </Dialog>
  );
}
