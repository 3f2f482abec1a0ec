import { oneOf, type RawSearch } from '@/lib/search-params';

export const DETAIL_TABS = ['conversation', 'request', 'response'] as const;
export type DetailTab = (typeof DETAIL_TABS)[number];

export function detailSearch(search: RawSearch): { tab?: DetailTab } {
  return { tab: oneOf(search, 'tab', DETAIL_TABS) };
}
