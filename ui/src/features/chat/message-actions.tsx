import { ChevronLeft, ChevronRight, Pencil, RefreshCw } from 'lucide-react';
import type { Message } from '@/api/chat';
import { Button } from '@/components/ui/button';
import { CopyButton } from '@/components/ui/copy-button';
import { RelativeTime } from '@/components/ui/time';
import type { ThreadActions } from '@/features/chat/thread-actions';
import { cn } from '@/lib/class-names';
import { formatCompact, formatCost } from '@/lib/format';

type Props = {
  message: Message;
  versions: readonly string[];
  actions: ThreadActions;
  onEdit: () => void;
  /** The last message shows its actions without being pointed at. */
  always: boolean;
};

export function MessageActions({ message, versions, actions, onEdit, always }: Props) {
  const text = message.parts
    .map((part) => (part.type === 'text' ? part.text : ''))
    .join('\n\n')
    .trim();
  const isUser = message.role === 'user';
  return (
    <div className="mt-1.5 -ml-1.5 flex min-h-7 flex-wrap items-center gap-x-1 text-xs text-text-3">
      {versions.length > 1 ? <Versions message={message} versions={versions} onChoose={actions.choose} /> : null}
      <div
        className={cn(
          'flex items-center',
          !always &&
            'transition-opacity md:opacity-0 md:group-focus-within/message:opacity-100 md:group-hover/message:opacity-100',
        )}
      >
        {text === '' ? null : <CopyButton text={text} label="Copy the message" />}
        {isUser ? (
          <Button variant="ghost" size="iconSm" aria-label="Edit" title="Edit" disabled={actions.busy} onClick={onEdit}>
            <Pencil aria-hidden />
          </Button>
        ) : (
          <Button
            variant="ghost"
            size="iconSm"
            aria-label="Answer again"
            title="Answer again"
            disabled={actions.busy}
            onClick={() => actions.regenerate(message.id)}
          >
            <RefreshCw aria-hidden />
          </Button>
        )}
        <RelativeTime at={message.createdAt} className="ml-1" />
      </div>
      {isUser ? null : <Cost message={message} />}
    </div>
  );
}

type VersionsProps = { message: Message; versions: readonly string[]; onChoose: (id: string) => void };

function Versions({ message, versions, onChoose }: VersionsProps) {
  const at = versions.indexOf(message.id);
  const before = versions[at - 1];
  const after = versions[at + 1];
  return (
    <div role="group" aria-label="Versions" className="flex items-center">
      <Button
        variant="ghost"
        size="iconSm"
        aria-label="Previous version"
        disabled={before === undefined}
        onClick={() => before !== undefined && onChoose(before)}
      >
        <ChevronLeft aria-hidden />
      </Button>
      <span className="tnum">
        {at + 1} of {versions.length}
      </span>
      <Button
        variant="ghost"
        size="iconSm"
        aria-label="Next version"
        disabled={after === undefined}
        onClick={() => after !== undefined && onChoose(after)}
      >
        <ChevronRight aria-hidden />
      </Button>
    </div>
  );
}

function Cost({ message }: { message: Message }) {
  const { usage } = message.metadata;
  if (!usage) return null;
  const detail = [
    `${formatCompact(usage.inputTokens)} tokens in`,
    usage.cacheReadTokens > 0 ? `${formatCompact(usage.cacheReadTokens)} of them cached` : null,
    `${formatCompact(usage.outputTokens)} out`,
    usage.steps > 1 ? `in ${usage.steps} steps` : null,
  ].filter((each) => each !== null);
  return (
    <span className="ml-auto pl-2 tnum" title={detail.join(', ')}>
      <span className="sr-only">This answer: </span>
      {formatCompact(usage.inputTokens + usage.outputTokens)} tokens
      {usage.cost === null ? ' · no price' : ` · ${formatCost(Number(usage.cost))}`}
    </span>
  );
}
