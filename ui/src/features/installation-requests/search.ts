import { oneOf, type RawSearch, text } from '@/lib/search-params';

export const REQUEST_STATES = ['pending', 'approved', 'declined'] as const;
/** `ask` opens the form, with the offered server of that slug. */
export type RequestsSearch = { status?: (typeof REQUEST_STATES)[number]; ask?: string; open?: string };

export function requestsSearch(search: RawSearch): RequestsSearch {
  return {
    status: oneOf(search, 'status', REQUEST_STATES),
    ask: text(search, 'ask'),
    open: text(search, 'open'),
  };
}
