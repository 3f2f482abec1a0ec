import { infiniteQueryOptions, keepPreviousData, queryOptions } from '@tanstack/react-query';
import { get, type Query } from '@/api/client';
import type { CallLogSearch } from '@/features/call-log/search';

/** As in the addresses of the API. */
export type LogName = 'interactions' | 'mcp-tool-calls';
type ApiFilters = (now: number) => Query;

const PAGE_SIZE = 100;

/** Newest first, a page at a time; the next page starts before the last row seen, so new calls shift nothing. */
export function pagesQuery<Page extends { nextBefore: string | null }>(
  log: LogName,
  { live: _live, ...filters }: CallLogSearch,
  apiFilters: ApiFilters,
) {
  return infiniteQueryOptions({
    queryKey: [log, 'list', filters],
    queryFn: ({ pageParam, signal }) =>
      get<Page>(`/api/${log}`, { ...apiFilters(Date.now()), limit: PAGE_SIZE, before: pageParam }, signal),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (last) => last.nextBefore ?? undefined,
    placeholderData: keepPreviousData,
    refetchOnWindowFocus: false,
  });
}

export function facetsQuery<Facets>(log: LogName, { live: _live, ...filters }: CallLogSearch, apiFilters: ApiFilters) {
  return queryOptions({
    queryKey: [log, 'facets', filters],
    queryFn: ({ signal }) => get<Facets>(`/api/${log}/facets`, apiFilters(Date.now()), signal),
    placeholderData: keepPreviousData,
    staleTime: 30_000,
  });
}

export function callQuery<Call>(log: LogName, id: string) {
  return queryOptions({
    queryKey: [log, 'one', id],
    queryFn: ({ signal }) => get<Call>(`/api/${log}/${encodeURIComponent(id)}`, undefined, signal),
    staleTime: 300_000,
  });
}
