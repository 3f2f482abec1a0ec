import { useQuery } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { type ReactNode, useCallback, useRef, useState } from 'react';
import { Skeleton } from '@/components/ui/skeleton';
import { ErrorState } from '@/components/ui/states';
import { showToast } from '@/components/ui/toast';
import { causeOf } from '@/components/ui/states';
import { Announcer } from '@/features/chat/announcer';
import { ComposeArea } from '@/features/chat/compose-area';
import type { Runnable } from '@/features/chat/composer';
import { ContextGauge } from '@/features/chat/context-gauge';
import { ConversationHeader, type HeaderDialog } from '@/features/chat/conversation-header';
import { DropArea } from '@/features/chat/drop-area';
import { exportUrl } from '@/features/chat/export';
import { NextMessageNotice } from '@/features/chat/next-message-notice';
import { useNextMessage } from '@/features/chat/use-next-message';
import { Messages } from '@/features/chat/messages';
import { chatStatusQuery, isActive, useChangeConversation, useChooseTools } from '@/features/chat/queries';
import { type Setup, setupOf } from '@/features/chat/setup';
import { useThreadActions } from '@/features/chat/thread-actions';
import type { ThreadStore } from '@/features/chat/thread-store';
import { useAttachments } from '@/features/chat/use-attachments';
import { useThread, useThreadStore } from '@/features/chat/use-thread';

type Props = { id: string; showMessageId: string | undefined; listButton: ReactNode };

export function ConversationView({ id, showMessageId, listButton }: Props) {
  const { store, error, refetch } = useThreadStore(id);
  if (error !== null) {
    return (
      <div className="grid flex-1 place-items-center">
        <ErrorState heading="h1" title="This conversation could not be read" error={error} onRetry={refetch} />
      </div>
    );
  }
  if (store === null) return <Pending listButton={listButton} />;
  return <OpenConversation store={store} id={id} showMessageId={showMessageId} listButton={listButton} />;
}

function OpenConversation({ store, id, showMessageId, listButton }: Props & { store: ThreadStore }) {
  const thread = useThread(store);
  const { conversation } = thread;
  const busy = isActive(conversation);
  const actions = useThreadActions(id, store, busy);
  const attachments = useAttachments();
  const status = useQuery(chatStatusQuery(conversation.agentId));
  const setup = setupOf(conversation);
  const saving = useSetup(store);
  const navigate = useNavigate();
  const input = useRef<HTMLTextAreaElement>(null);
  const [sending, setSending] = useState(false);
  const [dialog, setDialog] = useState<HeaderDialog>(null);
  const lastAnswer = thread.path.findLast((each) => store.message(each)?.role === 'assistant');

  async function send(text: string): Promise<boolean> {
    const files = attachments.take();
    setSending(true);
    const taken = await actions.send({ text, attachmentIds: files.ids });
    setSending(false);
    if (!taken) files.giveBack();
    return taken;
  }

  const next = useNextMessage(id, busy, send);

  const commands: Runnable[] = [
    { name: 'new', description: 'Start another conversation', run: () => void navigate({ to: '/chat' }) },
    ...(busy ? [{ name: 'stop', description: 'Stop the answer', run: actions.stop }] : []),
    ...(lastAnswer !== undefined && !busy
      ? [
          {
            name: 'again',
            description: 'Answer once more',
            words: 'regenerate retry',
            run: () => actions.regenerate(lastAnswer),
          },
        ]
      : []),
    {
      name: 'rename',
      argument: 'title',
      description: 'Give this conversation another title',
      run: (title) => (title === '' ? setDialog('rename') : void saving.save({ title })),
    },
    {
      name: 'export',
      description: 'Download it as Markdown',
      run: () => window.location.assign(exportUrl(id, 'markdown')),
    },
    { name: 'delete', description: 'Delete this conversation', run: () => setDialog('delete') },
  ];

  return (
    <DropArea onFiles={attachments.attach}>
      <ConversationHeader conversation={conversation} dialog={dialog} onDialog={setDialog} onRename={saving.save}>
        {listButton}
      </ConversationHeader>
      <Messages store={store} thread={thread} actions={actions} showMessageId={showMessageId} />
      <NextMessageNotice next={next} />
      <ComposeArea
        draftKey={id}
        inputRef={input}
        setup={setup}
        status={status.data}
        running={busy}
        sending={sending}
        refusal={actions.refusal}
        attachments={attachments}
        commands={commands}
        saving={saving.pending}
        onSetup={saving.saveSetup}
        onPrompt={({ systemPrompt }) => {
          if (systemPrompt !== null) void saving.save({ systemPrompt });
        }}
        onSend={async (text) => {
          if (!busy) return send(text);
          next.set(next.text === '' ? text : `${next.text}\n\n${text}`);
          return true;
        }}
        onStop={actions.stop}
      >
        <ContextGauge context={thread.context} cost={thread.cost} />
      </ComposeArea>
      <Announcer run={conversation.run} />
    </DropArea>
  );
}

/** Keeps changes of how the conversation is held; a refusal is said, and the old state stands. */
function useSetup(store: ThreadStore) {
  const change = useChangeConversation();
  const tools = useChooseTools();
  const { id } = store.snapshot().conversation;
  const { mutateAsync: changeAsync } = change;
  const { mutateAsync: chooseAsync } = tools;
  const save = useCallback(
    async (fields: Parameters<typeof changeAsync>[0]['change']) => {
      try {
        store.change(await changeAsync({ id, change: fields }));
      } catch (error) {
        showToast({ tone: 'bad', title: 'The change was not kept', detail: causeOf(error) });
      }
    },
    [changeAsync, id, store],
  );
  const saveSetup = useCallback(
    async ({ toolIds, model, provider, ...rest }: Partial<Setup>) => {
      const fields = {
        ...rest,
        ...(model === undefined || model === null ? {} : { selectedModel: model, provider: provider ?? undefined }),
      };
      if (Object.keys(fields).length > 0) await save(fields);
      if (toolIds === undefined) return;
      try {
        const kept = await chooseAsync({ id, toolIds: toolIds === null ? null : [...toolIds] });
        const { conversation } = store.snapshot();
        store.change({
          ...conversation,
          hasCustomToolSelection: kept.hasCustomSelection,
          enabledToolIds: kept.enabledToolIds,
        });
      } catch (error) {
        showToast({ tone: 'bad', title: 'The tools were not kept', detail: causeOf(error) });
      }
    },
    [chooseAsync, id, save, store],
  );
  return { save, saveSetup, pending: change.isPending || tools.isPending };
}

function Pending({ listButton }: { listButton: ReactNode }) {
  return (
    <>
      <header className="flex h-12 shrink-0 items-center gap-2 border-b border-line px-3 md:px-4">
        {listButton}
        <Skeleton className="w-48" />
      </header>
      <div role="status" aria-label="Loading the conversation" className="mx-auto w-full max-w-3xl flex-1 px-4 py-6">
        <Skeleton className="w-24" />
        <Skeleton className="mt-3 h-5 w-2/3" />
        <Skeleton className="mt-8 w-24" />
        <Skeleton className="mt-3 h-28 w-full" />
      </div>
    </>
  );
}
