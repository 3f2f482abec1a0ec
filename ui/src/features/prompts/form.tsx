import { useQuery } from '@tanstack/react-query';
import { type FormEvent, useState } from 'react';
import type { Prompt } from '@/api/chat';
import { Button } from '@/components/ui/button';
import { Dialog, DialogBody, DialogFooter } from '@/components/ui/dialog';
import { Field } from '@/components/ui/field';
import { Input, Select, Textarea } from '@/components/ui/input';
import { Notice } from '@/components/ui/notice';
import { causeOf } from '@/components/ui/states';
import { showToast } from '@/components/ui/toast';
import { allAgentsQuery } from '@/features/agents/queries';
import { useSavePrompt } from '@/features/prompts/queries';

type Props = { prompt: Prompt | null; onClose: () => void };

export function PromptDialog({ prompt, onClose }: Props) {
  const agents = useQuery(allAgentsQuery);
  const save = useSavePrompt(prompt?.id ?? null);
  const [name, setName] = useState(prompt?.name ?? '');
  const [chosenAgent, setAgent] = useState(prompt?.agentId ?? null);
  const [systemPrompt, setSystemPrompt] = useState(prompt?.systemPrompt ?? '');
  const [userPrompt, setUserPrompt] = useState(prompt?.userPrompt ?? '');
  const agentId = chosenAgent ?? agents.data?.find(({ isDefault }) => isDefault)?.id ?? agents.data?.[0]?.id;
  const empty = systemPrompt.trim() === '' && userPrompt.trim() === '';

  function submit(event: FormEvent) {
    event.preventDefault();
    if (agentId === undefined || empty) return;
    save.mutate(
      { name: name.trim(), agentId, systemPrompt: orNull(systemPrompt), userPrompt: orNull(userPrompt) },
      {
        onSuccess: (saved) => {
          showToast({ tone: 'ok', title: prompt === null ? 'Prompt created' : `Kept as version ${saved.version}` });
          onClose();
        },
      },
    );
  }

  return (
    <Dialog
      variant="sheet"
      title={prompt === null ? 'Create a prompt' : `Edit ${prompt.name}`}
      description={prompt === null ? undefined : `Saving makes version ${prompt.version + 1}; the others stay.`}
      onClose={onClose}
    >
      <form onSubmit={submit} className="flex min-h-0 flex-1 flex-col">
        <DialogBody>
          {save.isError ? (
            <Notice tone="error" role="alert">
              {causeOf(save.error)}
            </Notice>
          ) : null}
          <Field label="Name" hint="In a chat, a slash and this name call it.">
            {(control) => (
              <Input
                {...control}
                required
                maxLength={200}
                value={name}
                placeholder="Weekly report"
                onChange={(event) => setName(event.target.value)}
              />
            )}
          </Field>
          <Field label="Profile" hint="With whom a chat that begins with it talks.">
            {(control) => (
              <Select {...control} value={agentId ?? ''} onChange={(event) => setAgent(event.target.value)}>
                {agents.data?.map((agent) => (
                  <option key={agent.id} value={agent.id}>
                    {agent.name}
                  </option>
                ))}
              </Select>
            )}
          </Field>
          <Field label="System prompt" optional hint="What the model is told before the first message.">
            {(control) => (
              <Textarea
                {...control}
                rows={8}
                value={systemPrompt}
                onChange={(event) => setSystemPrompt(event.target.value)}
              />
            )}
          </Field>
          <Field
            label="First message"
            optional
            hint={empty ? 'One of the two must be given.' : 'Stands in the box, ready to be sent or changed.'}
          >
            {(control) => (
              <Textarea
                {...control}
                rows={5}
                value={userPrompt}
                onChange={(event) => setUserPrompt(event.target.value)}
              />
            )}
          </Field>
        </DialogBody>
        <DialogFooter>
          <Button onClick={onClose}>Cancel</Button>
          <Button
            type="submit"
            variant="primary"
            pending={save.isPending}
            disabled={name.trim() === '' || empty || agentId === undefined}
          >
            {prompt === null ? 'Create prompt' : 'Save as a new version'}
          </Button>
        </DialogFooter>
      </form>
    </Dialog>
  );
}

function orNull(text: string): string | null {
  return text.trim() === '' ? null : text;
}
