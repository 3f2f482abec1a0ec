import { useVirtualizer } from '@tanstack/react-virtual';
import { type ReactNode, useRef } from 'react';
import type { Calls } from '@/features/call-log/calls';
import { cn } from '@/lib/class-names';
import { useNow } from '@/lib/now';

const ROW_HEIGHT = 36;
const GRID = 'grid items-center gap-x-3 px-4 md:px-6';

type Props<Call> = {
  label: string;
  headers: readonly [label: string, right: boolean][];
  /** Classes: the least width of all columns together. */
  width: string;
  /** Classes: the width of each column. */
  columns: string;
  calls: Calls<Call>;
  openId: string | undefined;
  onOpen: (id: string) => void;
  cells: (call: Call, now: number) => ReactNode;
};

/** Only the rows in sight exist in the page, so a million rows scroll like a hundred. */
export function CallTable<Call extends { id: string }>(props: Props<Call>) {
  const { calls, width, openId } = props;
  const { rows, pages } = calls;
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
      const atEnd = last !== undefined && last.index >= rows.length - 20;
      if (atEnd && pages.hasNextPage && !pages.isFetchingNextPage) void pages.fetchNextPage();
    },
  });

  return (
    <div ref={scroller} className="min-h-0 flex-1 overflow-auto" data-testid="log-rows">
      <div role="table" aria-label={props.label} aria-rowcount={calls.total + 1}>
        <div role="rowgroup" className={cn('sticky top-0 z-10 border-b border-line bg-bg', width)}>
          <div
            role="row"
            aria-rowindex={1}
            className={cn(GRID, width, props.columns, 'h-8 text-xs font-medium text-text-3')}
          >
            {props.headers.map(([label, right]) => (
              <div key={label} role="columnheader" className={right ? 'text-right' : undefined}>
                {label}
              </div>
            ))}
          </div>
        </div>
        <div role="rowgroup" className={cn('relative', width)} style={{ height: virtual.getTotalSize() }}>
          {virtual.getVirtualItems().map((item) => {
            const row = rows[item.index];
            if (row === undefined) return null;
            return (
              <div
                key={item.key}
                role="row"
                aria-rowindex={item.index + 2}
                onClick={() => props.onOpen(row.id)}
                className={cn(
                  GRID,
                  width,
                  props.columns,
                  'absolute inset-x-0 cursor-pointer border-b border-line text-sm transition-colors hover:bg-surface-2',
                  row.id === openId && 'bg-accent-soft hover:bg-accent-soft',
                  calls.freshIds.has(row.id) && 'animate-[flash-row_1.6s_ease-out]',
                )}
                style={{ height: ROW_HEIGHT, transform: `translateY(${item.start}px)` }}
              >
                {props.cells(row, now)}
              </div>
            );
          })}
        </div>
      </div>
      <p className="h-9 py-2 text-center text-xs text-text-3">
        {pages.isFetchingNextPage ? 'Loading older calls…' : pages.hasNextPage ? '' : 'No older calls'}
      </p>
    </div>
  );
}
