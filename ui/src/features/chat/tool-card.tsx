import { ChevronRight, KeyRound, Loader2, Wrench } from 'lucide-react';
import { useState } from 'react';
import type { ToolPart } from '@/api/chat';
import { Badge } from '@/components/ui/badge';
import { buttonClass } from '@/components/ui/button';
import { Notice } from '@/components/ui/notice';
import { ApprovalForm } from '@/features/chat/approval-form';
import { ElicitationForm } from '@/features/chat/elicitation-form';
import { gist, isOpenElicitation, lookOf, nameOf } from '@/features/chat/tool-view';
import { WholeCall } from '@/features/chat/whole-call';
import { JsonView } from '@/features/interactions/json-view';
import { ResultView } from '@/features/tool-inspector/result-view';
import { cn } from '@/lib/class-names';
import { formatBytes, formatDuration } from '@/lib/format';

type Props = { conversationId: string; messageId: string; part: ToolPart; live: boolean };

export function ToolCard({ conversationId, messageId, part, live }: Props) {
  const look = lookOf(part, live);
  const { server, tool } = nameOf(part.toolName);
  const asks = live && (part.state === 'approval-requested' || isOpenElicitation(part));
  const [chosen, setChosen] = useState<boolean | null>(null);
  const open = chosen ?? asks;
  return (
    <div
      role="group"
      aria-label={`Tool ${tool}`}
      className={cn('overflow-hidden rounded-lg border bg-surface', asks ? 'border-warn' : 'border-line')}
    >
      <button
        type="button"
        aria-expanded={open}
        onClick={() => setChosen(!open)}
        className="flex w-full items-center gap-2 px-3 py-2 text-left text-sm hover:bg-surface-2 focus-visible:outline-offset-[-2px]"
      >
        <ChevronRight
          className={cn('size-3.5 shrink-0 text-text-3 transition-transform', open && 'rotate-90')}
          aria-hidden
        />
        {look.busy ? (
          <Loader2 className="size-4 shrink-0 animate-spin text-accent-text" aria-hidden />
        ) : (
          <Wrench className="size-4 shrink-0 text-text-3" aria-hidden />
        )}
        <span className="shrink-0 font-mono text-xs font-medium">{part.title ?? tool}</span>
        {server === null ? null : <span className="shrink-0 text-xs text-text-3">{server}</span>}
        <span className="min-w-0 flex-1 truncate text-xs text-text-3">{open ? '' : gist(part.input)}</span>
        {part.durationMs ? (
          <span className="shrink-0 text-xs text-text-3 tnum">{formatDuration(part.durationMs)}</span>
        ) : null}
        <Badge tone={look.tone}>{look.label}</Badge>
      </button>
      {open ? <Body conversationId={conversationId} messageId={messageId} part={part} /> : null}
      {live && part.state === 'approval-requested' ? (
        <ApprovalForm conversationId={conversationId} part={part} />
      ) : null}
      {live && part.elicitation && !part.elicitation.answered ? (
        <ElicitationForm conversationId={conversationId} elicitation={part.elicitation} />
      ) : null}
      <Outcome part={part} />
    </div>
  );
}

function Body({ conversationId, messageId, part }: Omit<Props, 'live'>) {
  const [whole, setWhole] = useState(false);
  return (
    <div className="flex flex-col gap-3 border-t border-line px-3 py-2.5">
      <div>
        <h3 className="mb-1 text-xs font-medium text-text-3">Arguments</h3>
        <Arguments part={part} />
      </div>
      {part.output === undefined || part.output === null ? null : (
        <div>
          <h3 className="mb-1 text-xs font-medium text-text-3">Result</h3>
          <div className="max-h-80 overflow-y-auto" tabIndex={0} role="group" aria-label="Result">
            <ResultView result={part.output} />
          </div>
          {part.truncated ? (
            <p className="mt-2 flex flex-wrap items-center gap-2 text-xs text-text-3">
              Cut off{part.outputSize ? ` after the beginning of ${formatBytes(part.outputSize)}` : ''}.
              <button
                type="button"
                className={buttonClass({ variant: 'link', size: 'text', className: 'text-xs' })}
                onClick={() => setWhole(true)}
              >
                Open it whole
              </button>
            </p>
          ) : null}
        </div>
      )}
      {whole ? (
        <WholeCall conversationId={conversationId} messageId={messageId} part={part} onClose={() => setWhole(false)} />
      ) : null}
    </div>
  );
}

function Arguments({ part }: { part: ToolPart }) {
  if (part.input === undefined || part.input === null) {
    return (
      <p className="font-mono text-xs leading-5 break-words whitespace-pre-wrap">{part.inputText || 'None yet.'}</p>
    );
  }
  if (typeof part.input === 'object' && Object.keys(part.input).length === 0)
    return <p className="text-xs text-text-3">None.</p>;
  return <JsonView value={part.input} className="-ml-2" />;
}

/** What must be seen although the card is closed: why it failed, and what mends it. */
function Outcome({ part }: { part: ToolPart }) {
  if (part.state === 'output-denied') {
    return (
      <p className="border-t border-line px-3 py-2 text-xs text-text-2">
        You said no{part.approval?.reason ? `: “${part.approval.reason}”` : ''}. It was not called.
      </p>
    );
  }
  if (part.state !== 'output-error') return null;
  return (
    <Notice
      tone={part.link ? 'warning' : 'error'}
      className="rounded-none border-t border-line"
      actions={
        part.link ? (
          <a href={part.link} target="_blank" rel="noreferrer" className={buttonClass({ size: 'sm' })}>
            <KeyRound aria-hidden /> Fix it<span className="sr-only"> (opens in a new tab)</span>
          </a>
        ) : undefined
      }
    >
      <p className="break-words whitespace-pre-wrap">{part.errorText ?? 'It failed without saying why.'}</p>
    </Notice>
  );
}
