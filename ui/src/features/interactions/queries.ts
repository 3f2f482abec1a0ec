import { withQuery } from '@/api/client';
import type { InteractionDetail, InteractionFacets, InteractionPage } from '@/api/types';
import { callQuery, facetsQuery, pagesQuery } from '@/features/call-log/queries';
import { apiFilters, type InteractionsSearch } from '@/features/interactions/search';

export function interactionsQuery(search: InteractionsSearch) {
  return pagesQuery<InteractionPage>('interactions', search, (now) => apiFilters(search, now));
}

export function interactionFacetsQuery(search: InteractionsSearch) {
  return facetsQuery<InteractionFacets>('interactions', search, (now) => apiFilters(search, now));
}

export function interactionQuery(id: string) {
  return callQuery<InteractionDetail>('interactions', id);
}

export function exportUrl(search: InteractionsSearch, format: 'csv' | 'jsonl'): string {
  return withQuery('/api/interactions/export', { ...apiFilters(search, Date.now()), format });
}
