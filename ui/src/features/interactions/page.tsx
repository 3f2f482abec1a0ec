import { useInfiniteQuery, useQueryClient } from '@tanstack/react-query';
import { Link, Outlet, useNavigate, useParams, useSearch } from '@tanstack/react-router';
import { Download, RefreshCw, ScrollText, SearchX } from 'lucide-react';
import { useCallback, useMemo, useState } from 'react';
import type { Interaction } from '@/api/types';
import { Button, buttonClass } from '@/components/ui/button';
import { CopyButton } from '@/components/ui/copy-button';
import { Menu, MenuItem } from '@/components/ui/menu';
import { SkeletonRows } from '@/components/ui/skeleton';
import { EmptyState, ErrorState } from '@/components/ui/states';
import { InteractionFilters } from '@/features/interactions/filters';
import { InteractionIds } from '@/features/interactions/list-context';
import { matchesFilters, useLiveInteractions, withNewest } from '@/features/interactions/live';
import { LiveToggle } from '@/features/interactions/live-toggle';
import { exportUrl, interactionsQuery } from '@/features/interactions/queries';
import { hasFilters, type InteractionsSearch } from '@/features/interactions/search';
import { InteractionsTable } from '@/features/interactions/table';
import { pluralize } from '@/lib/format';

const NO_ROWS: Interaction[] = [];
const NO_FRESH: ReadonlySet<string> = new Set();

export function InteractionsPage() {
  const search = useSearch({ from: '/_app/logs' });
  const navigate = useNavigate();
  const client = useQueryClient();
  const { interactionId } = useParams({ strict: false });
  const calls = useInfiniteQuery(interactionsQuery(search));
  const [liveRows, setLiveRows] = useState<Interaction[]>(NO_ROWS);
  const onInteraction = useCallback((row: Interaction) => setLiveRows((rows) => withNewest(rows, row)), []);
  const onMissed = useCallback(() => void client.invalidateQueries({ queryKey: ['interactions', 'list'] }), [client]);
  const liveState = useLiveInteractions(search.live ?? false, search.agentId, onInteraction, onMissed);

  const fetched = useMemo(() => calls.data?.pages.flatMap((page) => page.data) ?? NO_ROWS, [calls.data]);
  const fresh = useMemo(
    () => (search.live ? freshRows(liveRows, fetched, search) : NO_ROWS),
    [liveRows, fetched, search],
  );
  const freshIds = useMemo(() => (fresh.length === 0 ? NO_FRESH : new Set(fresh.map((row) => row.id))), [fresh]);
  const rows = useMemo(() => (fresh.length === 0 ? fetched : [...fresh, ...fetched]), [fresh, fetched]);
  const ids = useMemo(() => rows.map((row) => row.id), [rows]);
  const total = (calls.data?.pages[0]?.pagination.total ?? 0) + fresh.length;

  const setSearch = (change: InteractionsSearch) =>
    void navigate({ to: '.', search: (old: InteractionsSearch) => ({ ...old, ...change }), replace: true });
  const clear = () => void navigate({ to: '.', search: { live: search.live }, replace: true });
  const refresh = () => {
    setLiveRows(NO_ROWS);
    void client.resetQueries({ queryKey: ['interactions', 'list'] });
    void client.invalidateQueries({ queryKey: ['interactions', 'facets'] });
  };

  return (
    <InteractionIds value={ids}>
      <div className="flex h-full min-h-0 flex-col">
        <title>LLM logs · Archestra</title>
        <header className="flex flex-col gap-3 px-4 pt-5 pb-3 md:px-6">
          <div className="flex flex-wrap items-center gap-x-3 gap-y-2">
            <h1 className="text-xl font-semibold tracking-tight">LLM logs</h1>
            <span className="text-sm text-text-3 tnum">{calls.data ? pluralize(total, 'call') : ''}</span>
            <span className="flex-1" />
            <LiveToggle
              state={liveState}
              on={search.live ?? false}
              onChange={(live) => setSearch({ live: live || undefined })}
            />
            <Button variant="ghost" size="icon" aria-label="Refresh" title="Refresh" onClick={refresh}>
              <RefreshCw aria-hidden />
            </Button>
            <CopyButton text={window.location.href} label="Copy a link to this view" size="icon" />
            <ExportMenu search={search} disabled={rows.length === 0} />
          </div>
          <InteractionFilters search={search} onChange={setSearch} onClear={clear} />
        </header>
        {calls.isLoadingError ? (
          <ErrorState title="The calls could not be read" error={calls.error} onRetry={() => void calls.refetch()} />
        ) : calls.isPending ? (
          <SkeletonRows rows={12} />
        ) : rows.length === 0 ? (
          <NoCalls filtered={hasFilters(search)} agentId={search.agentId} onClear={clear} />
        ) : (
          <InteractionsTable
            rows={rows}
            total={total}
            search={search}
            openId={interactionId}
            freshIds={freshIds}
            onOpen={(id) => void navigate({ to: '/logs/$interactionId', params: { interactionId: id }, search })}
            onEnd={() => {
              if (calls.hasNextPage && !calls.isFetchingNextPage) void calls.fetchNextPage();
            }}
            end={
              <p className="h-9 py-2 text-center text-xs text-text-3">
                {calls.isFetchingNextPage ? 'Loading older calls…' : calls.hasNextPage ? '' : 'No older calls'}
              </p>
            }
          />
        )}
        <Outlet />
      </div>
    </InteractionIds>
  );
}

function ExportMenu({ search, disabled }: { search: InteractionsSearch; disabled: boolean }) {
  return (
    <Menu
      trigger={
        <Button disabled={disabled}>
          <Download aria-hidden /> Export
        </Button>
      }
    >
      <MenuItem asChild>
        <a href={exportUrl(search, 'csv')} download>
          CSV, one line per call
        </a>
      </MenuItem>
      <MenuItem asChild>
        <a href={exportUrl(search, 'jsonl')} download>
          JSONL, one object per call
        </a>
      </MenuItem>
    </Menu>
  );
}

function NoCalls({
  filtered,
  agentId,
  onClear,
}: {
  filtered: boolean;
  agentId: string | undefined;
  onClear: () => void;
}) {
  if (filtered) {
    return (
      <EmptyState
        icon={SearchX}
        title="No call matches these filters"
        actions={<Button onClick={onClear}>Clear the filters</Button>}
      >
        Widen the time range or take a filter away.
      </EmptyState>
    );
  }
  return (
    <EmptyState
      icon={ScrollText}
      title="No calls yet"
      actions={
        <Link to="/connect" search={{ agent: agentId }} className={buttonClass({ variant: 'primary' })}>
          Connect a client
        </Link>
      }
    >
      Every request through the LLM proxy appears here with its conversation, tokens, cost and time.
    </EmptyState>
  );
}

function freshRows(
  live: readonly Interaction[],
  fetched: readonly Interaction[],
  search: InteractionsSearch,
): Interaction[] {
  const known = new Set(fetched.map((row) => row.id));
  return live.filter((row) => !known.has(row.id) && matchesFilters(row, search));
}
