import { useQuery } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { type ReactNode, useRef, useState } from 'react';
import type { Prompt } from '@/api/chat';
import { Badge } from '@/components/ui/badge';
import { PagePending } from '@/shell/page-pending';
import { ErrorState } from '@/components/ui/states';
import { allAgentsQuery } from '@/features/agents/queries';
import { ComposeArea } from '@/features/chat/compose-area';
import type { Runnable } from '@/features/chat/composer';
import { DropArea } from '@/features/chat/drop-area';
import { NoModel } from '@/features/chat/no-model';
import {
  chatStatusQuery,
  chatToolsQuery,
  createConversation,
  startTurn,
  useRefreshList,
} from '@/features/chat/queries';
import type { Setup } from '@/features/chat/setup';
import { type Refusal, refusalOf } from '@/features/chat/thread-actions';
import { useAttachments } from '@/features/chat/use-attachments';
import { promptsQuery } from '@/features/prompts/queries';

/** What a model answers well with any tools, or without. */
const STARTERS = [
  'Which tools can you use here? Answer with a table.',
  'Explain in three sentences what an MCP gateway is for.',
  'Write a shell script that counts the lines of all Rust files.',
  'Compare three ways to store secrets, with pros and cons.',
];

const NO_COMMANDS: readonly Runnable[] = [];

type Props = { promptId: string | undefined; agentId: string | undefined; listButton: ReactNode };

export function NewConversation({ promptId, agentId, listButton }: Props) {
  const agents = useQuery(allAgentsQuery);
  const prompts = useQuery({ ...promptsQuery, enabled: promptId !== undefined });
  if (agents.isLoadingError) {
    return (
      <ErrorState
        heading="h1"
        title="The profiles could not be read"
        error={agents.error}
        onRetry={() => void agents.refetch()}
      />
    );
  }
  if (agents.isPending || (promptId !== undefined && prompts.isPending)) return <PagePending />;
  const prompt = prompts.data?.find(({ id }) => id === promptId) ?? null;
  const start =
    agents.data.find(({ id }) => id === (prompt?.agentId ?? agentId)) ??
    agents.data.find(({ isDefault }) => isDefault) ??
    agents.data[0];
  if (start === undefined) {
    return (
      <ErrorState
        heading="h1"
        title="There is no profile to talk through"
        error={new Error('Every conversation belongs to an agent; create one first.')}
        onRetry={() => void agents.refetch()}
      />
    );
  }
  return <Start key={prompt?.id ?? start.id} agentId={start.id} prompt={prompt} listButton={listButton} />;
}

function Start({
  agentId,
  prompt: first,
  listButton,
}: {
  agentId: string;
  prompt: Prompt | null;
  listButton: ReactNode;
}) {
  const [prompt, setPrompt] = useState(first);
  const [setup, setSetup] = useState<Setup>({
    agentId,
    provider: null,
    model: null,
    systemPrompt: first?.systemPrompt ?? null,
    approvalMode: 'destructive',
    toolIds: null,
  });
  const status = useQuery(chatStatusQuery(setup.agentId));
  const attachments = useAttachments();
  const navigate = useNavigate();
  const refresh = useRefreshList();
  const [refusal, setRefusal] = useState<Refusal | null>(null);
  const [sending, setSending] = useState(false);
  const input = useRef<HTMLTextAreaElement>(null);
  /** A conversation whose first message was refused is used for the next attempt. */
  const made = useRef<{ id: string; setup: Setup } | null>(null);
  // Without a key the server would take the demo model; that is for the person to choose.
  const usual = status.data?.ready === true ? status.data.defaultModel : null;
  const model = setup.model ?? usual?.model ?? null;
  const provider = setup.model === null ? (usual?.provider ?? null) : setup.provider;
  const demo = status.data?.demo ?? null;
  const isDemo = demo !== null && provider === demo.provider;
  const noModel = status.data !== undefined && !status.data.ready && model === null;

  async function send(text: string): Promise<boolean> {
    const files = attachments.take();
    setSending(true);
    setRefusal(null);
    try {
      if (made.current?.setup !== setup) made.current = { id: (await create()).id, setup };
      const { id } = made.current;
      await startTurn(id, { text, attachmentIds: files.ids });
      void refresh();
      await navigate({ to: '/chat/$conversationId', params: { conversationId: id } });
      return true;
    } catch (error) {
      files.giveBack();
      setRefusal(refusalOf(error));
      return false;
    } finally {
      setSending(false);
    }
  }

  function create() {
    return createConversation({
      agentId: setup.agentId,
      ...(prompt === null ? {} : { promptId: prompt.id }),
      ...(model === null ? {} : { selectedModel: model }),
      ...(provider === null ? {} : { provider }),
      systemPrompt: setup.systemPrompt,
      approvalMode: setup.approvalMode,
      ...(setup.toolIds === null ? {} : { enabledToolIds: [...setup.toolIds] }),
    });
  }

  return (
    <DropArea onFiles={attachments.attach}>
      <title>New conversation · Archestra</title>
      <header className="flex h-12 shrink-0 items-center gap-2 border-b border-line px-3 md:px-4">
        {listButton}
        <h1 className="text-sm font-semibold">New conversation</h1>
        {isDemo ? <Badge tone="warn">Demo model, no AI</Badge> : null}
      </header>
      <div className="flex min-h-0 flex-1 flex-col items-center justify-center gap-4 overflow-y-auto px-4 py-6">
        <div className="my-auto w-full max-w-xl">
          {noModel ? (
            <NoModel
              status={status.data}
              onDemo={() => {
                if (demo === null) return;
                setSetup({ ...setup, provider: demo.provider, model: demo.model });
                input.current?.focus();
              }}
            />
          ) : (
            <Starters demo={isDemo} agentId={setup.agentId} onChoose={(text) => void send(text)} />
          )}
        </div>
      </div>
      <ComposeArea
        draftKey={first === null ? 'new' : `prompt.${first.id}`}
        startText={first?.userPrompt ?? ''}
        inputRef={input}
        setup={{ ...setup, model, provider }}
        status={status.data}
        running={false}
        sending={sending}
        refusal={refusal}
        attachments={attachments}
        commands={NO_COMMANDS}
        saving={false}
        onSetup={async (change) => setSetup({ ...setup, ...change })}
        onPrompt={(chosen) => {
          setPrompt(chosen);
          setSetup({ ...setup, systemPrompt: chosen.systemPrompt ?? setup.systemPrompt });
        }}
        onSend={send}
        onStop={() => undefined}
      />
    </DropArea>
  );
}

type StartersProps = { demo: boolean; agentId: string; onChoose: (text: string) => void };

function Starters({ demo, agentId, onChoose }: StartersProps) {
  const tools = useQuery({ ...chatToolsQuery(agentId), enabled: demo });
  // The demo model calls each tool that is named.
  const harmless = (tools.data ?? []).filter(({ readOnly, available }) => readOnly && available);
  const starters = demo
    ? ['Which tools are there?', ...harmless.slice(0, 3).map(({ name }) => `Call ${name}`)]
    : STARTERS;
  return (
    <div className="text-center">
      <h2 className="text-xl font-semibold tracking-tight">{demo ? 'Try the tools' : 'What shall be done?'}</h2>
      <p className="mt-1 text-sm text-text-2">
        {demo
          ? 'The demo model follows a script: it calls the tools you name and repeats what they answer.'
          : 'Answers may use the tools of the profile, under your name and its rules.'}
      </p>
      <ul className="mt-6 grid gap-2 sm:grid-cols-2">
        {starters.map((text) => (
          <li key={text}>
            <button
              type="button"
              onClick={() => onChoose(text)}
              className="h-full w-full rounded-lg border border-line bg-surface px-3 py-2.5 text-left text-sm break-words text-text-2 transition-colors hover:border-line-strong hover:text-text"
            >
              {text}
            </button>
          </li>
        ))}
      </ul>
    </div>
  );
}
