import { useInfiniteQuery, useQueryClient } from '@tanstack/react-query';
import { Link, Outlet, useNavigate, useParams, useSearch } from '@tanstack/react-router';
import { RefreshCw, ScrollText, SearchX } from 'lucide-react';
import { useCallback, useMemo, useState } from 'react';
import type { ToolCall } from '@/api/mcp';
import { Button, buttonClass } from '@/components/ui/button';
import { CopyButton } from '@/components/ui/copy-button';
import { SkeletonRows } from '@/components/ui/skeleton';
import { EmptyState, ErrorState } from '@/components/ui/states';
import { LiveToggle } from '@/features/interactions/live-toggle';
import { ToolCallFilters } from '@/features/mcp-tool-calls/filters';
import { ToolCallIds } from '@/features/mcp-tool-calls/list-context';
import { matchesFilters, useLiveToolCalls, withNewest } from '@/features/mcp-tool-calls/live';
import { toolCallsQuery } from '@/features/mcp-tool-calls/queries';
import { hasFilters, type ToolCallsSearch } from '@/features/mcp-tool-calls/search';
import { ToolCallsTable } from '@/features/mcp-tool-calls/table';
import { pluralize } from '@/lib/format';

const NO_ROWS: ToolCall[] = [];

export function ToolCallsPage() {
  const search = useSearch({ from: '/_app/mcp-logs' });
  const navigate = useNavigate();
  const client = useQueryClient();
  const { callId } = useParams({ strict: false });
  const calls = useInfiniteQuery(toolCallsQuery(search));
  const [liveRows, setLiveRows] = useState<ToolCall[]>(NO_ROWS);
  const onCall = useCallback((call: ToolCall) => setLiveRows((rows) => withNewest(rows, call)), []);
  const onMissed = useCallback(() => void client.invalidateQueries({ queryKey: ['mcp-tool-calls', 'list'] }), [client]);
  const liveState = useLiveToolCalls(search.live ?? false, search.agentId, onCall, onMissed);

  const fetched = useMemo(() => calls.data?.pages.flatMap((page) => page.data) ?? NO_ROWS, [calls.data]);
  const fresh = useMemo(() => {
    if (!search.live) return NO_ROWS;
    const known = new Set(fetched.map((row) => row.id));
    return liveRows.filter((row) => !known.has(row.id) && matchesFilters(row, search));
  }, [liveRows, fetched, search]);
  const freshIds = useMemo(() => new Set(fresh.map((row) => row.id)), [fresh]);
  const rows = useMemo(() => (fresh.length === 0 ? fetched : [...fresh, ...fetched]), [fresh, fetched]);
  const ids = useMemo(() => rows.map((row) => row.id), [rows]);
  const total = (calls.data?.pages[0]?.pagination.total ?? 0) + fresh.length;

  const setSearch = (change: ToolCallsSearch) =>
    void navigate({ to: '.', search: (old: ToolCallsSearch) => ({ ...old, ...change }), replace: true });
  const clear = () => void navigate({ to: '.', search: { live: search.live }, replace: true });
  const refresh = () => {
    setLiveRows(NO_ROWS);
    void client.resetQueries({ queryKey: ['mcp-tool-calls', 'list'] });
    void client.invalidateQueries({ queryKey: ['mcp-tool-calls', 'facets'] });
  };

  return (
    <ToolCallIds value={ids}>
      <div className="flex h-full min-h-0 flex-col">
        <title>MCP logs · Archestra</title>
        <header className="flex flex-col gap-3 px-4 pt-5 pb-3 md:px-6">
          <div className="flex flex-wrap items-center gap-x-3 gap-y-2">
            <h1 className="text-xl font-semibold tracking-tight">MCP logs</h1>
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
          </div>
          <ToolCallFilters search={search} onChange={setSearch} onClear={clear} />
        </header>
        {calls.isLoadingError ? (
          <ErrorState title="The calls could not be read" error={calls.error} onRetry={() => void calls.refetch()} />
        ) : calls.isPending ? (
          <SkeletonRows rows={12} />
        ) : rows.length === 0 ? (
          <NoCalls filtered={hasFilters(search)} agentId={search.agentId} onClear={clear} />
        ) : (
          <ToolCallsTable
            rows={rows}
            total={total}
            search={search}
            openId={callId}
            freshIds={freshIds}
            onOpen={(id) => void navigate({ to: '/mcp-logs/$callId', params: { callId: id }, search })}
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
    </ToolCallIds>
  );
}

type NoCallsProps = { filtered: boolean; agentId: string | undefined; onClear: () => void };

function NoCalls({ filtered, agentId, onClear }: NoCallsProps) {
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
      title="No tool calls yet"
      actions={
        <>
          <Link to="/connect" search={{ kind: 'mcp', agent: agentId }} className={buttonClass({ variant: 'primary' })}>
            Connect a client
          </Link>
          <Link to="/gateways" className={buttonClass()}>
            See the gateways
          </Link>
        </>
      }
    >
      Every call through a gateway appears here: who called which tool, with what, and what came back.
    </EmptyState>
  );
}
