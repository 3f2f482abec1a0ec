import { flag, type RawSearch, text } from '@/lib/search-params';

/** `add` opens the picker; `q` searches what is assigned. */
export type GatewaySearch = { add?: true; q?: string };

export function gatewaySearch(search: RawSearch): GatewaySearch {
  return { add: flag(search, 'add'), q: text(search, 'q') };
}
