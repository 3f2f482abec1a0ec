import { Link } from '@tanstack/react-router';
import { Wrench } from 'lucide-react';
import type { Interaction } from '@/api/types';
import type { Calls } from '@/features/call-log/calls';
import { CallTable } from '@/features/call-log/table';
import { outcomeLook } from '@/features/interactions/outcome';
import type { InteractionsSearch } from '@/features/interactions/search';
import { totalInput } from '@/features/interactions/tokens';
import { cn } from '@/lib/class-names';
import { formatCompact, formatCost, formatDateTime, formatDuration, formatRowTime } from '@/lib/format';

const COLUMNS = 'grid-cols-[8.5rem_5.5rem_minmax(9rem,1fr)_minmax(11rem,1.4fr)_5.5rem_5.5rem_5.5rem_5.5rem_6rem]';

const HEADERS: [label: string, right: boolean][] = [
  ['Time', false],
  ['Status', false],
  ['Agent', false],
  ['Model', false],
  ['Input', true],
  ['Output', true],
  ['Cost', true],
  ['First byte', true],
  ['Duration', true],
];

type Props = {
  calls: Calls<Interaction>;
  search: InteractionsSearch;
  openId: string | undefined;
  onOpen: (id: string) => void;
};

export function InteractionsTable({ search, ...list }: Props) {
  return (
    <CallTable
      label="Calls"
      headers={HEADERS}
      width="min-w-[60rem]"
      columns={COLUMNS}
      cells={(row, now) => <RowCells row={row} search={search} now={now} />}
      {...list}
    />
  );
}

function RowCells({ row, search, now }: { row: Interaction; search: InteractionsSearch; now: number }) {
  const look = outcomeLook(row.outcome);
  return (
    <>
      <div role="cell" className="truncate tnum">
        <Link
          to="/logs/$interactionId"
          params={{ interactionId: row.id }}
          search={search}
          title={formatDateTime(row.createdAt)}
          onClick={(event) => event.stopPropagation()}
          className="text-text-2 hover:text-text hover:underline"
        >
          <time dateTime={row.createdAt}>{formatRowTime(row.createdAt, now)}</time>
        </Link>
      </div>
      <div role="cell" className="flex items-center gap-1.5 tnum" title={row.error ?? look.label}>
        <span
          aria-hidden
          className={cn(
            'size-1.5 rounded-full',
            { ok: 'bg-ok', warn: 'bg-warn', bad: 'bg-bad', neutral: 'bg-text-3' }[look.tone],
          )}
        />
        <span
          className={
            look.tone === 'bad' ? 'font-medium text-bad-text' : look.tone === 'warn' ? 'text-warn-text' : 'text-text-2'
          }
        >
          {row.status === 0 ? 'left' : row.status}
        </span>
        <span className="sr-only">{look.label}</span>
      </div>
      <div role="cell" className="truncate">
        {row.agentName ?? <span className="text-text-3">deleted agent</span>}
        {row.externalAgentId ? <span className="text-text-3"> / {row.externalAgentId}</span> : null}
      </div>
      <div role="cell" className="flex min-w-0 items-center gap-1.5">
        <span className="truncate font-medium" title={row.model ?? undefined}>
          {row.model ?? <span className="font-normal text-text-3">no model</span>}
        </span>
        {row.toolCallCount > 0 ? (
          <span
            className="flex items-center gap-0.5 text-2xs text-text-3"
            title={`${row.toolCallCount} tool calls in the answer`}
          >
            <Wrench className="size-3" aria-hidden /> {row.toolCallCount}
          </span>
        ) : null}
      </div>
      <div role="cell" className="text-right tnum" title={cacheNote(row)}>
        {formatCompact(totalInput(row))}
      </div>
      <div role="cell" className="text-right tnum">
        {formatCompact(row.outputTokens)}
      </div>
      <div
        role="cell"
        className="text-right tnum"
        title={row.cost === null ? 'No price is known for this model' : undefined}
      >
        {row.cost === null && row.inputTokens !== null ? (
          <span className="text-text-3">unknown</span>
        ) : (
          formatCost(row.cost)
        )}
      </div>
      <div role="cell" className="text-right text-text-2 tnum">
        {formatDuration(row.firstByteMs)}
      </div>
      <div role="cell" className="text-right text-text-2 tnum">
        {formatDuration(row.durationMs)}
      </div>
    </>
  );
}

function cacheNote(row: Interaction): string | undefined {
  return row.cacheReadTokens ? `${formatCompact(row.cacheReadTokens)} of them read from the cache` : undefined;
}
