import { type InfiniteData, type UseInfiniteQueryResult, useQueryClient } from '@tanstack/react-query';
import { useCallback, useMemo, useState } from 'react';
import { type LiveState, useLiveCalls, withNewest } from '@/features/call-log/live';
import type { LogName } from '@/features/call-log/queries';
import type { CallLogSearch } from '@/features/call-log/search';

type Page<Call> = { data: Call[]; pagination: { total: number } };
type Pages<Call> = UseInfiniteQueryResult<InfiniteData<Page<Call>>>;

export type Calls<Call> = {
  pages: Pages<Call>;
  liveState: LiveState;
  rows: readonly Call[];
  freshIds: ReadonlySet<string>;
  total: number;
  refresh: () => void;
};

/** The calls fetched so far, and above them those that came in live meanwhile. */
export function useCalls<Call extends { id: string }, Search extends CallLogSearch>(
  log: LogName,
  search: Search,
  pages: Pages<Call>,
  matchesFilters: (call: Call, search: Search) => boolean,
): Calls<Call> {
  const client = useQueryClient();
  const [live, setLive] = useState<Call[]>([]);
  const onCall = useCallback((call: Call) => setLive((calls) => withNewest(calls, call)), []);
  const onMissed = useCallback(() => void client.invalidateQueries({ queryKey: [log, 'list'] }), [client, log]);
  const liveState = useLiveCalls(log, search.live ?? false, search.agentId, onCall, onMissed);

  const fetched = useMemo(() => pages.data?.pages.flatMap((page) => page.data) ?? [], [pages.data]);
  const fresh = useMemo(() => {
    if (!search.live) return [];
    const known = new Set(fetched.map((call) => call.id));
    return live.filter((call) => !known.has(call.id) && matchesFilters(call, search));
  }, [live, fetched, search, matchesFilters]);
  return {
    pages,
    liveState,
    rows: useMemo(() => [...fresh, ...fetched], [fresh, fetched]),
    freshIds: useMemo(() => new Set(fresh.map((call) => call.id)), [fresh]),
    total: (pages.data?.pages[0]?.pagination.total ?? 0) + fresh.length,
    refresh: () => {
      setLive([]);
      void client.resetQueries({ queryKey: [log, 'list'] });
      void client.invalidateQueries({ queryKey: [log, 'facets'] });
    },
  };
}
