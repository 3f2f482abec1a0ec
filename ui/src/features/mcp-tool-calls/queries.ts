import { infiniteQueryOptions, keepPreviousData, queryOptions } from '@tanstack/react-query';
import { get } from '@/api/client';
import type { ToolCall, ToolCallFacets, ToolCallPage } from '@/api/mcp';
import { apiFilters, type ToolCallsSearch } from '@/features/mcp-tool-calls/search';

const PAGE_SIZE = 100;

/** Newest first, a page at a time; the next page starts before the last row seen, so new calls shift nothing. */
export function toolCallsQuery(search: ToolCallsSearch) {
  const { live: _live, ...filters } = search;
  return infiniteQueryOptions({
    queryKey: ['mcp-tool-calls', 'list', filters],
    queryFn: ({ pageParam, signal }) =>
      get<ToolCallPage>(
        '/api/mcp-tool-calls',
        { ...apiFilters(filters, Date.now()), limit: PAGE_SIZE, before: pageParam },
        signal,
      ),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (last) => last.nextBefore ?? undefined,
    placeholderData: keepPreviousData,
    refetchOnWindowFocus: false,
  });
}

export function toolCallFacetsQuery(search: ToolCallsSearch) {
  const { live: _live, ...filters } = search;
  return queryOptions({
    queryKey: ['mcp-tool-calls', 'facets', filters],
    queryFn: ({ signal }) => get<ToolCallFacets>('/api/mcp-tool-calls/facets', apiFilters(filters, Date.now()), signal),
    placeholderData: keepPreviousData,
    staleTime: 30_000,
  });
}

export function toolCallQuery(id: string) {
  return queryOptions({
    queryKey: ['mcp-tool-calls', 'one', id],
    queryFn: ({ signal }) => get<ToolCall>(`/api/mcp-tool-calls/${encodeURIComponent(id)}`, undefined, signal),
    staleTime: 300_000,
  });
}
