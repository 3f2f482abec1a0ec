import { Link } from '@tanstack/react-router';
import { useVirtualizer } from '@tanstack/react-virtual';
import { Wrench } from 'lucide-react';
import { type ReactNode, useRef } from 'react';
import type { Interaction } from '@/api/types';
import { outcomeLook } from '@/features/interactions/outcome';
import type { InteractionsSearch } from '@/features/interactions/search';
import { totalInput } from '@/features/interactions/tokens';
import { cn } from '@/lib/class-names';
import { formatCompact, formatCost, formatDateTime, formatDuration, formatRowTime } from '@/lib/format';
import { useNow } from '@/lib/now';

const ROW_HEIGHT = 36;
const GRID =
  'grid min-w-[60rem] grid-cols-[8.5rem_5.5rem_minmax(9rem,1fr)_minmax(11rem,1.4fr)_5.5rem_5.5rem_5.5rem_5.5rem_6rem] items-center gap-x-3 px-4 md:px-6';

type Props = {
  rows: readonly Interaction[];
  total: number;
  search: InteractionsSearch;
  openId: string | undefined;
  freshIds: ReadonlySet<string>;
  onOpen: (id: string) => void;
  onEnd: () => void;
  end: ReactNode;
};

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

/** Only the rows in sight exist in the page, so a million rows scroll like a hundred. */
export function InteractionsTable({ rows, total, search, openId, freshIds, onOpen, onEnd, end }: Props) {
  const scroller = useRef<HTMLDivElement>(null);
  const now = useNow();
  const virtual = useVirtualizer({
    count: rows.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => ROW_HEIGHT,
    overscan: 12,
    getItemKey: (index) => rows[index]?.id ?? index,
    onChange: (instance) => {
      const last = instance.getVirtualItems().at(-1);
      if (last && last.index >= rows.length - 20) onEnd();
    },
  });

  return (
    <div ref={scroller} className="min-h-0 flex-1 overflow-auto" data-testid="log-rows">
      <div role="table" aria-label="Calls" aria-rowcount={total + 1}>
        <div role="rowgroup" className="sticky top-0 z-10 min-w-[60rem] border-b border-line bg-bg">
          <div role="row" aria-rowindex={1} className={cn(GRID, 'h-8 text-xs font-medium text-text-3')}>
            {HEADERS.map(([label, right]) => (
              <div key={label} role="columnheader" className={right ? 'text-right' : undefined}>
                {label}
              </div>
            ))}
          </div>
        </div>
        <div role="rowgroup" className="relative min-w-[60rem]" style={{ height: virtual.getTotalSize() }}>
          {virtual.getVirtualItems().map((item) => {
            const row = rows[item.index];
            if (row === undefined) return null;
            return (
              <div
                key={item.key}
                role="row"
                aria-rowindex={item.index + 2}
                onClick={() => onOpen(row.id)}
                className={cn(
                  GRID,
                  'absolute inset-x-0 cursor-pointer border-b border-line text-sm transition-colors hover:bg-surface-2',
                  row.id === openId && 'bg-accent-soft hover:bg-accent-soft',
                  freshIds.has(row.id) && 'animate-[flash-row_1.6s_ease-out]',
                )}
                style={{ height: ROW_HEIGHT, transform: `translateY(${item.start}px)` }}
              >
                <RowCells row={row} search={search} now={now} />
              </div>
            );
          })}
        </div>
      </div>
      {end}
    </div>
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
