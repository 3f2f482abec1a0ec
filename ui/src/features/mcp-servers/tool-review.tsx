import { useMemo } from 'react';
import type { ServerTool, ToolDefinition } from '@/api/mcp';
import { Button } from '@/components/ui/button';
import { Notice } from '@/components/ui/notice';
import { causeOf } from '@/components/ui/states';
import { RelativeTime } from '@/components/ui/time';
import { showToast } from '@/components/ui/toast';
import { lineDiff, revealInvisible } from '@/features/mcp-servers/line-diff';
import { useReviewTool } from '@/features/mcp-servers/queries';
import { cn } from '@/lib/class-names';
import { useCan } from '@/shell/permissions';

type Pending = NonNullable<ServerTool['pending']>;
const LOOKS = {
  same: { sign: ' ', className: 'text-text-2' },
  gone: { sign: '−', className: 'bg-bad-soft text-bad-text' },
  new: { sign: '+', className: 'bg-ok-soft text-ok-text' },
};

/** A tool that is no longer what was approved: what changed, and the two ways on. */
export function ToolReview({ serverId, tool }: { serverId: string; tool: ServerTool }) {
  const review = useReviewTool(serverId);
  const mayUpdate = useCan('mcpServer', 'admin');
  if (tool.pending === null) return null;
  const decide = (verdict: 'approve' | 'reject', title: string) =>
    review.mutate({ toolId: tool.id, verdict }, { onSuccess: () => showToast({ tone: 'ok', title }) });
  return (
    <section aria-label={`Change of ${tool.rawName}`} className="overflow-hidden rounded-lg border border-warn/60">
      <header className="flex flex-wrap items-center gap-x-4 gap-y-2 bg-warn-soft px-4 py-2.5 text-sm text-warn-text">
        <p className="min-w-0 flex-1">
          <span className="font-mono text-xs font-semibold">{tool.rawName}</span> is not what you approved any more. It
          changed {tool.pending.detectedAt ? <RelativeTime at={tool.pending.detectedAt} /> : null} and is paused: nobody
          can call it.
        </p>
        <div className="flex gap-2">
          <Button
            size="sm"
            disabled={!mayUpdate}
            pending={review.isPending && review.variables.verdict === 'reject'}
            onClick={() => decide('reject', `${tool.rawName} stays paused`)}
          >
            Keep it paused
          </Button>
          <Button
            size="sm"
            variant="primary"
            disabled={!mayUpdate}
            pending={review.isPending && review.variables.verdict === 'approve'}
            onClick={() => decide('approve', `${tool.rawName} is approved as it is now`)}
          >
            Approve the change
          </Button>
        </div>
      </header>
      {review.isError ? (
        <Notice tone="error" role="alert" className="m-3">
          {causeOf(review.error)}
        </Notice>
      ) : null}
      <Diff pending={tool.pending} />
    </section>
  );
}

function Diff({ pending }: { pending: Pending }) {
  const lines = useMemo(() => lineDiff(asText(pending.before), asText(pending.after)), [pending]);
  return (
    <div
      tabIndex={0}
      role="region"
      aria-label="What changed"
      className="max-h-96 overflow-auto bg-surface py-1 focus-visible:outline-offset-[-2px]"
    >
      <table className="w-full border-collapse font-mono text-xs leading-5">
        <caption className="sr-only">The approved definition and the new one, line by line</caption>
        <tbody>
          {lines.map((line, index) => (
            <tr key={index} className={LOOKS[line.kind].className}>
              <td className="w-8 pl-4 select-none">
                <span aria-hidden>{LOOKS[line.kind].sign}</span>
                {line.kind === 'same' ? null : (
                  <span className="sr-only">{line.kind === 'gone' ? 'removed' : 'added'}</span>
                )}
              </td>
              <td className={cn('pr-4 break-words whitespace-pre-wrap')}>{line.text}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

/** Name and description as they are read, then the schema; what cannot be seen is spelled out. */
function asText({ name, description, inputSchema }: ToolDefinition): string {
  return revealInvisible(`${name}\n\n${description ?? ''}\n\n${JSON.stringify(inputSchema, null, 2)}`);
}
