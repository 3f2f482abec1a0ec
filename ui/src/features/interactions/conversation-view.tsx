import { Bot, Brain, ChevronRight, FileText, ImageIcon, Settings2, User, Wrench } from 'lucide-react';
import { type ReactNode, useState } from 'react';
import { Badge } from '@/components/ui/badge';
import { Notice } from '@/components/ui/notice';
import type { Conversation, Message, Part, Role, ToolOffer } from '@/features/interactions/conversation/model';
import { JsonView } from '@/features/interactions/json-view';
import { cn } from '@/lib/class-names';
import { pluralize } from '@/lib/format';

const ROLES: Record<Role, { label: string; icon: typeof Bot; className: string }> = {
  system: { label: 'System', icon: Settings2, className: 'text-text-3' },
  user: { label: 'User', icon: User, className: 'text-text' },
  assistant: { label: 'Assistant', icon: Bot, className: 'text-accent-text' },
  tool: { label: 'Tool result', icon: Wrench, className: 'text-warn-text' },
};

export function ConversationView({ conversation }: { conversation: Conversation }) {
  const { messages, answers, tools, settings, stopReason, error } = conversation;
  return (
    <div className="flex flex-col gap-4">
      {settings.length > 0 || tools.length > 0 ? (
        <div className="flex flex-wrap items-center gap-1.5">
          {settings.map(([name, value]) => (
            <Badge key={name} tone="neutral" className="font-mono font-normal">
              {name} {value}
            </Badge>
          ))}
        </div>
      ) : null}
      {tools.length > 0 ? <ToolOffers tools={tools} /> : null}
      <Messages messages={messages} />
      <section aria-label="Answer" className="rounded-lg border border-accent/35 bg-accent-soft/35 p-3.5">
        <header className="mb-2 flex items-center gap-2">
          <h3 className="text-xs font-semibold text-accent-text">Answer</h3>
          {stopReason ? (
            <Badge tone="outline" title="Why the answer ended">
              {stopReason}
            </Badge>
          ) : null}
        </header>
        {error ? <Notice tone="error">{error}</Notice> : null}
        {answers.length === 0 && error === null ? <p className="text-sm text-text-3">Nothing came back.</p> : null}
        {answers.map((answer, index) => (
          <div key={index} className={cn('flex flex-col gap-2.5', index > 0 && 'mt-3 border-t border-line pt-3')}>
            {answers.length > 1 ? <p className="text-xs text-text-3">Choice {index + 1}</p> : null}
            <Parts parts={answer.parts} />
          </div>
        ))}
      </section>
    </div>
  );
}

const FIRST_SHOWN = 2;
const LAST_SHOWN = 20;

/** A long session shows how it began and what came last; the middle waits until someone asks. */
function Messages({ messages }: { messages: Message[] }) {
  const hidden = messages.length - FIRST_SHOWN - LAST_SHOWN;
  const [whole, setWhole] = useState(hidden < 5);
  const items = messages.map((message, index) => <MessageItem key={index} message={message} />);
  return (
    <ol className="flex flex-col gap-4">
      {whole ? items : items.slice(0, FIRST_SHOWN)}
      {whole ? null : (
        <li>
          <button
            type="button"
            onClick={() => setWhole(true)}
            className="w-full rounded-md border border-dashed border-line-strong py-2 text-xs font-medium text-accent-text hover:bg-surface-2"
          >
            Show the {pluralize(hidden, 'message')} in between
          </button>
        </li>
      )}
      {whole ? null : items.slice(-LAST_SHOWN)}
    </ol>
  );
}

function MessageItem({ message }: { message: Message }) {
  const role = ROLES[message.role];
  return (
    <li className="[content-visibility:auto] [contain-intrinsic-size:auto_80px]">
      <p className={cn('mb-1 flex items-center gap-1.5 text-xs font-semibold', role.className)}>
        <role.icon className="size-3.5" aria-hidden />
        {role.label}
      </p>
      <div className="flex flex-col gap-2.5 pl-5">
        {message.parts.length === 0 ? (
          <p className="text-sm text-text-3">(empty)</p>
        ) : (
          <Parts parts={message.parts} short={message.role === 'system'} />
        )}
      </div>
    </li>
  );
}

function Parts({ parts, short = false }: { parts: Part[]; short?: boolean }) {
  return parts.map((part, index) => <PartView key={index} part={part} short={short} />);
}

function PartView({ part, short }: { part: Part; short: boolean }) {
  switch (part.kind) {
    case 'text':
      return <LongText text={part.text} lines={short ? 6 : 24} />;
    case 'refusal':
      return <Notice tone="warning">Refused: {part.text}</Notice>;
    case 'thinking':
      return <Thinking text={part.text} hidden={part.hidden} />;
    case 'tool_call':
      return (
        <Fold icon={<Wrench aria-hidden />} title={part.name} note={part.id} open>
          {typeof part.input === 'string' ? (
            <LongText text={part.input} lines={16} mono />
          ) : (
            <JsonView value={part.input} className="-ml-4" />
          )}
        </Fold>
      );
    case 'tool_result':
      return <ToolResult part={part} />;
    case 'image':
      return <Picture source={part.source} note={part.note} />;
    case 'file':
      return (
        <p className="flex w-fit items-center gap-2 rounded-md border border-line bg-surface-2 px-2.5 py-1.5 text-sm">
          <FileText className="size-4 text-text-3" aria-hidden /> {part.name}{' '}
          <span className="text-xs text-text-3">{part.note}</span>
        </p>
      );
    case 'other':
      return typeof part.value === 'object' ? (
        <JsonView value={part.value} className="-ml-4" />
      ) : (
        <LongText text={String(part.value)} lines={16} mono />
      );
  }
}

function ToolResult({ part }: { part: Extract<Part, { kind: 'tool_result' }> }) {
  return (
    <div className={cn('border-l-2 pl-3', part.isError ? 'border-bad' : 'border-line-strong')}>
      <p className="mb-1 flex items-center gap-2 font-mono text-2xs text-text-3">
        {part.name ?? part.id ?? 'result'} {part.isError ? <Badge tone="bad">failed</Badge> : null}
      </p>
      <div className="flex flex-col gap-2">
        {part.parts.length === 0 ? (
          <p className="text-sm text-text-3">(empty)</p>
        ) : (
          part.parts.map((each, index) =>
            each.kind === 'text' ? (
              <LongText key={index} text={each.text} lines={12} mono />
            ) : (
              <PartView key={index} part={each} short={false} />
            ),
          )
        )}
      </div>
    </div>
  );
}

function Thinking({ text, hidden }: { text: string; hidden: boolean }) {
  if (hidden) {
    return (
      <p className="flex items-center gap-1.5 text-xs text-text-3">
        <Brain className="size-3.5" aria-hidden /> Thinking, hidden by the provider
      </p>
    );
  }
  return (
    <Fold icon={<Brain aria-hidden />} title="Thinking" note={pluralize(text.length, 'character')}>
      <LongText text={text} lines={40} className="text-text-2 italic" />
    </Fold>
  );
}

type FoldProps = { icon: ReactNode; title: string; note?: string | null; open?: boolean; children: ReactNode };

function Fold({ icon, title, note, open: initiallyOpen = false, children }: FoldProps) {
  const [open, setOpen] = useState(initiallyOpen);
  return (
    <div className="overflow-hidden rounded-md border border-line bg-surface">
      <button
        type="button"
        aria-expanded={open}
        onClick={() => setOpen(!open)}
        className="flex w-full items-center gap-2 bg-surface-2 px-2.5 py-1.5 text-left text-xs hover:bg-surface-3 focus-visible:outline-offset-[-2px] [&_svg]:size-3.5 [&_svg]:text-text-3"
      >
        <ChevronRight className={cn('transition-transform', open && 'rotate-90')} aria-hidden />
        {icon}
        <span className="font-mono font-medium">{title}</span>
        {note ? <span className="ml-auto truncate font-mono text-2xs text-text-3">{note}</span> : null}
      </button>
      {open ? <div className="border-t border-line px-3 py-2">{children}</div> : null}
    </div>
  );
}

function ToolOffers({ tools }: { tools: ToolOffer[] }) {
  return (
    <Fold
      icon={<Wrench aria-hidden />}
      title={`${pluralize(tools.length, 'tool')} offered`}
      note={tools
        .slice(0, 4)
        .map((tool) => tool.name)
        .join(', ')}
    >
      <ul className="flex flex-col gap-2">
        {tools.map((tool, index) => (
          <li key={index} className="text-sm">
            <span className="font-mono text-xs font-medium">{tool.name}</span>
            {tool.description ? <p className="line-clamp-2 text-xs text-text-2">{tool.description}</p> : null}
          </li>
        ))}
      </ul>
    </Fold>
  );
}

function Picture({ source, note }: { source: string | null; note: string }) {
  const [broken, setBroken] = useState(false);
  if (source !== null && !broken) {
    return (
      <figure className="w-fit">
        <img
          src={source}
          alt={`Sent with the call: ${note}`}
          className="max-h-56 max-w-full rounded-md border border-line bg-surface-3 object-contain"
          onError={() => setBroken(true)}
        />
        <figcaption className="mt-1 text-2xs text-text-3">{note}</figcaption>
      </figure>
    );
  }
  return (
    <p className="flex w-fit max-w-full items-center gap-2 rounded-md border border-dashed border-line-strong px-2.5 py-1.5 text-xs text-text-2">
      <ImageIcon className="size-4 shrink-0 text-text-3" aria-hidden /> <span className="truncate">{note}</span>
    </p>
  );
}

type LongTextProps = { text: string; lines: number; mono?: boolean; className?: string };

/** Words as they were sent, cut after so many lines until someone wants the rest. */
function LongText({ text, lines, mono = false, className }: LongTextProps) {
  const [whole, setWhole] = useState(false);
  const cut = whole ? text : shorten(text, lines);
  const isCut = cut.length < text.length;
  return (
    <div className={className}>
      <p
        className={cn(
          'break-words whitespace-pre-wrap',
          mono ? 'font-mono text-xs leading-5' : 'text-sm leading-[1.4rem]',
        )}
      >
        {cut}
      </p>
      {isCut || whole ? (
        <button
          type="button"
          className="mt-1 text-xs font-medium text-accent-text hover:underline"
          onClick={() => setWhole(!whole)}
        >
          {isCut ? `Show all (${pluralize(text.length, 'character')})` : 'Show less'}
        </button>
      ) : null}
    </div>
  );
}

function shorten(text: string, lines: number): string {
  const limit = lines * 90;
  const parts = text.split('\n');
  const byLines = parts.length > lines + 2 ? parts.slice(0, lines).join('\n') : text;
  return byLines.length > limit * 1.15 ? `${byLines.slice(0, limit)}…` : byLines;
}
