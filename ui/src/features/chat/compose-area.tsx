import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { SlidersHorizontal, Wrench } from 'lucide-react';
import { type ReactNode, type Ref, useState } from 'react';
import type { ChatStatus, Prompt } from '@/api/chat';
import { Button, buttonClass } from '@/components/ui/button';
import { Notice } from '@/components/ui/notice';
import { AgentPicker } from '@/features/chat/agent-picker';
import { slug } from '@/features/chat/commands';
import { Composer, type Runnable } from '@/features/chat/composer';
import { ModelPicker } from '@/features/chat/model-picker';
import { chatToolsQuery } from '@/features/chat/queries';
import { RulesDialog } from '@/features/chat/rules-dialog';
import type { Setup } from '@/features/chat/setup';
import type { Refusal } from '@/features/chat/thread-actions';
import { ToolSelection } from '@/features/chat/tool-selection';
import type { Attachments } from '@/features/chat/use-attachments';
import { promptsQuery } from '@/features/prompts/queries';

type Props = {
  draftKey: string;
  /** What stands in the box when nothing was typed yet. */
  startText?: string;
  setup: Setup;
  status: ChatStatus | undefined;
  running: boolean;
  sending: boolean;
  refusal: Refusal | null;
  attachments: Attachments;
  /** Commands that only make sense here. */
  commands: readonly Runnable[];
  saving: boolean;
  /** Resolves when it is kept. */
  onSetup: (change: Partial<Setup>) => Promise<void>;
  onPrompt: (prompt: Prompt) => void;
  onSend: (text: string) => Promise<boolean>;
  onStop: () => void;
  inputRef?: Ref<HTMLTextAreaElement>;
  /** Beside the button that sends. */
  children?: ReactNode;
};

type Open = 'model' | 'tools' | 'rules' | null;

/** Where one writes, and what decides about the answer. */
export function ComposeArea(props: Props) {
  const { setup, status, attachments, refusal, onSetup, saving } = props;
  const [open, setOpen] = useState<Open>(null);
  const tools = useQuery(chatToolsQuery(setup.agentId));
  const prompts = useQuery(promptsQuery);
  const count = tools.data?.length ?? 0;
  const enabled =
    setup.toolIds === null ? count : (tools.data?.filter(({ id }) => setup.toolIds?.includes(id)).length ?? 0);
  const close = () => setOpen(null);

  const commands: Runnable[] = [
    ...props.commands,
    {
      name: 'model',
      argument: 'name',
      description: 'Choose the model',
      run: (name) => (name === '' ? setOpen('model') : void onSetup({ model: name, provider: null })),
    },
    { name: 'tools', description: 'Choose the tools of this conversation', run: () => setOpen('tools') },
    {
      name: 'system',
      description: 'Change the system prompt, and which tools ask first',
      words: 'instructions approvals rules',
      run: () => setOpen('rules'),
    },
    ...(prompts.data ?? []).map((prompt) => ({
      name: slug(prompt.name),
      description: `Prompt: ${prompt.userPrompt ?? prompt.systemPrompt ?? prompt.name}`
        .replace(/\s+/g, ' ')
        .slice(0, 120),
      text: prompt.userPrompt ?? '',
      run: () => props.onPrompt(prompt),
    })),
  ];

  return (
    <div className="mx-auto w-full max-w-3xl px-3 pb-3 md:px-4">
      {refusal === null ? null : <RefusalNotice refusal={refusal} />}
      <Composer
        key={props.draftKey}
        draftKey={props.draftKey}
        startText={props.startText}
        inputRef={props.inputRef}
        running={props.running}
        sending={props.sending}
        attached={attachments.attached}
        commands={commands}
        onAttach={attachments.attach}
        onDetach={attachments.detach}
        onSend={props.onSend}
        onStop={props.onStop}
      >
        <AgentPicker value={setup.agentId} onChange={(agentId) => void onSetup({ agentId, toolIds: null })} />
        <ModelPicker
          agentId={setup.agentId}
          value={setup.model === null ? null : { provider: setup.provider, model: setup.model }}
          status={status}
          open={open === 'model'}
          onOpenChange={(next) => setOpen(next ? 'model' : null)}
          onChange={({ provider, model }) => void onSetup({ provider: provider ?? null, model })}
        />
        <Button
          variant="ghost"
          size="sm"
          className="h-8 px-2 font-normal"
          aria-label={`Tools: ${enabled} of ${count}`}
          title="Tools"
          onClick={() => setOpen('tools')}
        >
          <Wrench aria-hidden />
          <span className="tnum">{setup.toolIds === null ? count : `${enabled}/${count}`}</span>
        </Button>
        <Button
          variant="ghost"
          size="icon"
          aria-label="Instructions and approvals"
          title="Instructions and approvals"
          className={setup.systemPrompt === null ? undefined : 'text-accent-text'}
          onClick={() => setOpen('rules')}
        >
          <SlidersHorizontal aria-hidden />
        </Button>
        <span className="flex-1" />
        {props.children}
      </Composer>
      {open === 'tools' ? (
        <ToolSelection
          agentId={setup.agentId}
          chosen={setup.toolIds}
          pending={saving}
          onSave={(toolIds) => void onSetup({ toolIds }).then(close)}
          onClose={close}
        />
      ) : null}
      {open === 'rules' ? (
        <RulesDialog
          setup={setup}
          pending={saving}
          onSave={(rules) => void onSetup(rules).then(close)}
          onClose={close}
        />
      ) : null}
    </div>
  );
}

function RefusalNotice({ refusal }: { refusal: Refusal }) {
  return (
    <Notice
      tone="error"
      role="alert"
      className="mb-2"
      actions={
        refusal.type === 'chat_no_key' ? (
          <Link to="/settings/chat" className={buttonClass({ size: 'sm' })}>
            Add a key
          </Link>
        ) : undefined
      }
    >
      {refusal.message}
    </Notice>
  );
}
