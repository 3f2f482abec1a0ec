import { Bot, Brain, ChevronRight, FileText, Gauge, RotateCcw, UserRound } from 'lucide-react';
import { Link } from '@tanstack/react-router';
import { memo, useState, useSyncExternalStore } from 'react';
import type { FilePart, Message, MessagePart, Problem, ReasoningPart } from '@/api/chat';
import { Button, buttonClass } from '@/components/ui/button';
import { Notice } from '@/components/ui/notice';
import { Markdown } from '@/features/chat/markdown';
import { MessageActions } from '@/features/chat/message-actions';
import { MessageEditor } from '@/features/chat/message-editor';
import type { ThreadActions } from '@/features/chat/thread-actions';
import type { ThreadStore } from '@/features/chat/thread-store';
import { ToolCard } from '@/features/chat/tool-card';
import { cn } from '@/lib/class-names';
import { formatBytes } from '@/lib/format';

type Props = { store: ThreadStore; id: string; versions: readonly string[]; last: boolean; actions: ThreadActions };

/** One row of the conversation; drawn anew only when its own message changes. */
export const MessageRow = memo(function MessageRow({ store, id, versions, last, actions }: Props) {
  const message = useSyncExternalStore(store.subscribe, () => store.message(id));
  const [editing, setEditing] = useState(false);
  if (message === undefined) return null;
  const live = message.metadata.status === 'streaming' || message.metadata.status === 'waiting';
  return (
    <article
      aria-label={message.role === 'user' ? 'You' : 'Answer'}
      className={cn('group/message mx-auto w-full max-w-3xl px-4', message.role === 'user' ? 'pt-5' : 'pt-1 pb-3')}
    >
      <h2 className="mb-1.5 flex items-center gap-1.5 text-xs font-semibold text-text-2">
        {message.role === 'user' ? (
          <UserRound className="size-3.5" aria-hidden />
        ) : (
          <Bot className="size-3.5 text-accent-text" aria-hidden />
        )}
        {message.role === 'user' ? 'You' : (message.metadata.model ?? 'Answer')}
      </h2>
      {editing ? (
        <MessageEditor message={message} onSubmit={actions.edit} onClose={() => setEditing(false)} />
      ) : (
        <div className="flex min-w-0 flex-col gap-2.5">
          <Parts message={message} conversationId={actions.conversationId} live={live} />
          <Ending message={message} last={last} actions={actions} />
        </div>
      )}
      {live || editing ? null : (
        <MessageActions
          message={message}
          versions={versions}
          actions={actions}
          onEdit={() => setEditing(true)}
          always={last}
        />
      )}
    </article>
  );
});

type PartsProps = { message: Message; conversationId: string; live: boolean };

function Parts({ message, conversationId, live }: PartsProps) {
  const { parts, role, metadata } = message;
  const files = parts.filter((part) => part.type === 'file');
  const silent = metadata.status === 'streaming' && !isWriting(parts.at(-1));
  return (
    <>
      {files.length > 0 ? <Files files={files} /> : null}
      {parts.map((part, index) => {
        switch (part.type) {
          case 'text':
            if (part.text === '') return null;
            return role === 'user' ? (
              <p
                key={index}
                className="w-fit max-w-full rounded-xl bg-surface-3/70 px-3.5 py-2 text-base leading-[1.55rem] break-words whitespace-pre-wrap"
              >
                {part.text}
              </p>
            ) : (
              <Markdown key={index} text={part.text} />
            );
          case 'reasoning':
            return part.text === '' ? null : <Reasoning key={index} part={part} live={live} />;
          case 'dynamic-tool':
            return (
              <ToolCard
                key={part.toolCallId}
                conversationId={conversationId}
                messageId={message.id}
                part={part}
                live={live}
              />
            );
          default:
            return null;
        }
      })}
      {silent ? <Waiting /> : null}
    </>
  );
}

/** Whether the page shows by itself that something is coming. */
function isWriting(part: MessagePart | undefined): boolean {
  if (part === undefined) return false;
  if (part.type === 'text') return part.text !== '' && part.state !== 'done';
  return part.type === 'dynamic-tool' && !part.state.startsWith('output-');
}

function Waiting() {
  return (
    <p className="flex items-center gap-1.5 py-1 text-sm text-text-3">
      <span className="size-2 animate-pulse rounded-full bg-accent" aria-hidden />
      Working…
    </p>
  );
}

function Reasoning({ part, live }: { part: ReasoningPart; live: boolean }) {
  const [open, setOpen] = useState(false);
  const thinking = live && part.state === 'streaming';
  return (
    <div>
      <button
        type="button"
        aria-expanded={open}
        onClick={() => setOpen(!open)}
        className="flex items-center gap-1.5 rounded text-xs text-text-2 hover:text-text"
      >
        <Brain className="size-3.5" aria-hidden /> {thinking ? 'Thinking…' : 'Thoughts'}
        <ChevronRight className={cn('size-3.5 transition-transform', open && 'rotate-90')} aria-hidden />
      </button>
      {open ? (
        <p className="mt-1.5 border-l-2 border-line-strong pl-3 text-sm break-words whitespace-pre-wrap text-text-2">
          {part.text}
        </p>
      ) : null}
    </div>
  );
}

function Files({ files }: { files: FilePart[] }) {
  return (
    <ul aria-label="Files" className="flex flex-wrap gap-2">
      {files.map((file) => (
        <li key={file.attachmentId}>
          <a
            href={file.url}
            target="_blank"
            rel="noreferrer"
            className="flex max-w-72 items-center gap-2 rounded-lg border border-line bg-surface p-1.5 pr-3 text-xs hover:border-line-strong"
          >
            {file.mediaType.startsWith('image/') ? (
              <img src={file.url} alt="" className="size-16 rounded-md bg-surface-3 object-cover" />
            ) : (
              <span className="grid size-9 place-items-center rounded-md bg-surface-3 text-text-3">
                <FileText className="size-4" aria-hidden />
              </span>
            )}
            <span className="min-w-0">
              <span className="block truncate font-medium">{file.filename}</span>
              <span className="text-2xs text-text-3">{formatBytes(file.size)}</span>
            </span>
            <span className="sr-only"> (opens in a new tab)</span>
          </a>
        </li>
      ))}
    </ul>
  );
}

/** How an answer ended when it did not end well, and the way on. */
function Ending({ message, last, actions }: { message: Message; last: boolean; actions: ThreadActions }) {
  const { status, error } = message.metadata;
  const resume = last ? (
    <Button size="sm" onClick={actions.resume}>
      <RotateCcw aria-hidden /> Resume
    </Button>
  ) : null;
  switch (status) {
    case 'stopped':
      return <div className="flex items-center gap-3 text-sm text-text-3">Stopped. {resume}</div>;
    case 'interrupted':
      return (
        <Notice tone="warning" actions={resume}>
          The server was restarted in the middle of this answer. What it had written is kept.
        </Notice>
      );
    case 'failed':
      if (error?.kind === 'limit') return <UsedUp error={error} last={last} onResume={actions.resume} />;
      return (
        <Notice
          tone="error"
          role={last ? 'alert' : undefined}
          actions={
            <span className="flex shrink-0 gap-2">
              {error?.link ? <MendLink to={error.link} /> : null}
              {last ? (
                <Button size="sm" onClick={actions.resume}>
                  <RotateCcw aria-hidden /> Try again
                </Button>
              ) : null}
            </span>
          }
        >
          <p className="break-words whitespace-pre-wrap">{error?.message ?? 'The answer failed without saying why.'}</p>
        </Notice>
      );
    default:
      return message.metadata.finishReason === 'length' ? (
        <p className="text-sm text-text-3">The model came to the end of what it may write at once.</p>
      ) : null;
  }
}

/** Nothing failed: the organization said how much is enough. */
function UsedUp({ error, last, onResume }: { error: Problem; last: boolean; onResume: () => void }) {
  return (
    <section
      aria-label="A limit is used up"
      role={last ? 'alert' : undefined}
      className="flex items-start gap-3 rounded-lg border border-warn/60 bg-warn-soft p-3 text-sm"
    >
      <Gauge className="mt-0.5 size-5 shrink-0 text-warn-text" aria-hidden />
      <div className="min-w-0 flex-1">
        <h3 className="font-semibold text-warn-text">A limit is used up</h3>
        <p className="mt-0.5 break-words">{error.message}</p>
        <div className="mt-2.5 flex flex-wrap gap-2">
          <Link to="/limits" search={{ exceeded: true }} className={buttonClass({ size: 'sm' })}>
            See the limit
          </Link>
          {last ? (
            <Button size="sm" onClick={onResume}>
              <RotateCcw aria-hidden /> Try again
            </Button>
          ) : null}
        </div>
      </div>
    </section>
  );
}

function MendLink({ to }: { to: string }) {
  const look = buttonClass({ size: 'sm' });
  return to.startsWith('/') ? (
    <Link to={to} className={look}>
      Fix it
    </Link>
  ) : (
    <a href={to} target="_blank" rel="noreferrer" className={look}>
      Fix it
    </a>
  );
}
