import { Outlet } from '@tanstack/react-router';
import { RefreshCw, SearchX } from 'lucide-react';
import { type ReactNode, useMemo } from 'react';
import { Button } from '@/components/ui/button';
import { CopyButton } from '@/components/ui/copy-button';
import { SkeletonRows } from '@/components/ui/skeleton';
import { EmptyState, ErrorState } from '@/components/ui/states';
import type { Calls } from '@/features/call-log/calls';
import { CallIds } from '@/features/call-log/ids';
import { LiveToggle } from '@/features/call-log/live-toggle';
import { useChangeSearch } from '@/features/call-log/search';
import { pluralize } from '@/lib/format';

type Props = {
  title: string;
  calls: Calls<{ id: string }>;
  live: boolean;
  actions?: ReactNode;
  filters: ReactNode;
  narrowed: boolean;
  /** Where nothing was ever called. */
  empty: ReactNode;
  table: ReactNode;
};

/** A log of calls: what it is and how it is narrowed, the list, and beside it the call that is open. */
export function CallLogPage({ title, calls, live, actions, filters, narrowed, empty, table }: Props) {
  const { change, clear } = useChangeSearch();
  const { pages, rows } = calls;
  const ids = useMemo(() => rows.map((row) => row.id), [rows]);
  return (
    <CallIds value={ids}>
      <div className="flex h-full min-h-0 flex-col">
        <title>{`${title} · Archestra`}</title>
        <header className="flex flex-col gap-3 px-4 pt-5 pb-3 md:px-6">
          <div className="flex flex-wrap items-center gap-x-3 gap-y-2">
            <h1 className="text-xl font-semibold tracking-tight">{title}</h1>
            <span className="text-sm text-text-3 tnum">{pages.data ? pluralize(calls.total, 'call') : ''}</span>
            <span className="flex-1" />
            <LiveToggle state={calls.liveState} on={live} onChange={(on) => change({ live: on || undefined })} />
            <Button variant="ghost" size="icon" aria-label="Refresh" title="Refresh" onClick={calls.refresh}>
              <RefreshCw aria-hidden />
            </Button>
            <CopyButton text={window.location.href} label="Copy a link to this view" size="icon" />
            {actions}
          </div>
          {filters}
        </header>
        {pages.isLoadingError ? (
          <ErrorState title="The calls could not be read" error={pages.error} onRetry={() => void pages.refetch()} />
        ) : pages.isPending ? (
          <SkeletonRows rows={12} />
        ) : rows.length > 0 ? (
          table
        ) : narrowed ? (
          <EmptyState
            icon={SearchX}
            title="No call matches these filters"
            actions={<Button onClick={clear}>Clear the filters</Button>}
          >
            Widen the time range or take a filter away.
          </EmptyState>
        ) : (
          empty
        )}
        <Outlet />
      </div>
    </CallIds>
  );
}
