import { infiniteQueryOptions, keepPreviousData, queryOptions } from '@tanstack/react-query';
import { get, withQuery } from '@/api/client';
import type { InteractionDetail, InteractionFacets, InteractionPage } from '@/api/types';
import { apiFilters, type InteractionsSearch } from '@/features/interactions/search';

const PAGE_SIZE = 100;

/** Newest first, a page at a time; the next page starts before the last row seen, so new calls shift nothing. */
export function interactionsQuery(search: InteractionsSearch) {
  const { live: _live, ...filters } = search;
  return infiniteQueryOptions({
    queryKey: ['interactions', 'list', filters],
    queryFn: ({ pageParam, signal }) =>
      get<InteractionPage>(
        '/api/interactions',
        { ...apiFilters(filters, Date.now()), limit: PAGE_SIZE, before: pageParam },
        signal,
      ),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (last) => last.nextBefore ?? undefined,
    placeholderData: keepPreviousData,
    refetchOnWindowFocus: false,
  });
}

export function facetsQuery(search: InteractionsSearch) {
  const { live: _live, ...filters } = search;
  return queryOptions({
    queryKey: ['interactions', 'facets', filters],
    queryFn: ({ signal }) =>
      get<InteractionFacets>('/api/interactions/facets', apiFilters(filters, Date.now()), signal),
    placeholderData: keepPreviousData,
    staleTime: 30_000,
  });
}

export function interactionQuery(id: string) {
  return queryOptions({
    queryKey: ['interactions', 'one', id],
    queryFn: ({ signal }) => get<InteractionDetail>(`/api/interactions/${encodeURIComponent(id)}`, undefined, signal),
    staleTime: 300_000,
  });
}

export function exportUrl(search: InteractionsSearch, format: 'csv' | 'jsonl'): string {
  return withQuery('/api/interactions/export', { ...apiFilters(search, Date.now()), format });
}
