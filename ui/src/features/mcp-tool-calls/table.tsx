import { Link } from '@tanstack/react-router';
import { useVirtualizer } from '@tanstack/react-virtual';
import { type ReactNode, useRef } from 'react';
import type { ToolCall } from '@/api/mcp';
import type { ToolCallsSearch } from '@/features/mcp-tool-calls/search';
import { cn } from '@/lib/class-names';
import { formatBytes, formatDateTime, formatDuration, formatRowTime } from '@/lib/format';
import { useNow } from '@/lib/now';

const ROW_HEIGHT = 36;
const GRID =
  'grid min-w-[58rem] grid-cols-[8.5rem_5rem_minmax(11rem,1.5fr)_minmax(8rem,1fr)_minmax(8rem,1fr)_minmax(7rem,0.8fr)_5.5rem_5.5rem] items-center gap-x-3 px-4 md:px-6';

type Props = {
  rows: readonly ToolCall[];
  total: number;
  search: ToolCallsSearch;
  openId: string | undefined;
  freshIds: ReadonlySet<string>;
  onOpen: (id: string) => void;
  onEnd: () => void;
  end: ReactNode;
};

const HEADERS: [label: string, right: boolean][] = [
  ['Time', false],
  ['Status', false],
  ['Tool', false],
  ['Server', false],
  ['Agent', false],
  ['Caller', false],
  ['Result', true],
  ['Duration', true],
];

/** Only the rows in sight exist in the page, so a million rows scroll like a hundred. */
export function ToolCallsTable({ rows, total, search, openId, freshIds, onOpen, onEnd, end }: Props) {
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
      <div role="table" aria-label="Tool calls" aria-rowcount={total + 1}>
        <div role="rowgroup" className="sticky top-0 z-10 min-w-[58rem] border-b border-line bg-bg">
          <div role="row" aria-rowindex={1} className={cn(GRID, 'h-8 text-xs font-medium text-text-3')}>
            {HEADERS.map(([label, right]) => (
              <div key={label} role="columnheader" className={right ? 'text-right' : undefined}>
                {label}
              </div>
            ))}
          </div>
        </div>
        <div role="rowgroup" className="relative min-w-[58rem]" style={{ height: virtual.getTotalSize() }}>
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
                <RowCells call={row} search={search} now={now} />
              </div>
            );
          })}
        </div>
      </div>
      {end}
    </div>
  );
}

function RowCells({ call, search, now }: { call: ToolCall; search: ToolCallsSearch; now: number }) {
  return (
    <>
      <div role="cell" className="truncate tnum">
        <Link
          to="/mcp-logs/$callId"
          params={{ callId: call.id }}
          search={search}
          title={formatDateTime(call.createdAt)}
          onClick={(event) => event.stopPropagation()}
          className="text-text-2 hover:text-text hover:underline"
        >
          <time dateTime={call.createdAt}>{formatRowTime(call.createdAt, now)}</time>
        </Link>
      </div>
      <div role="cell" className="flex items-center gap-1.5" title={call.error ?? undefined}>
        <span aria-hidden className={cn('size-1.5 rounded-full', call.isError ? 'bg-bad' : 'bg-ok')} />
        <span className={call.isError ? 'font-medium text-bad-text' : 'text-text-2'}>
          {call.isError ? 'Error' : 'OK'}
        </span>
      </div>
      <div role="cell" className="truncate font-mono text-xs font-medium" title={call.toolName ?? call.method}>
        {call.toolName ?? <span className="font-normal text-text-3">{call.method}</span>}
      </div>
      <div role="cell" className="truncate text-text-2">
        {call.mcpServerName}
      </div>
      <div role="cell" className="truncate">
        {call.agentName ?? <span className="text-text-3">deleted agent</span>}
      </div>
      <div role="cell" className="truncate text-text-2">
        {call.userName ?? call.tokenName ?? <span className="text-text-3">unknown</span>}
      </div>
      <div role="cell" className="text-right text-text-2 tnum">
        {formatBytes(call.resultBytes)}
      </div>
      <div role="cell" className="text-right text-text-2 tnum">
        {formatDuration(call.durationMs)}
      </div>
    </>
  );
}
