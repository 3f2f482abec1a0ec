import { type RawSearch, text } from '@/lib/search-params';

export type NewRoleSearch = { from?: string };

export function newRoleSearch(search: RawSearch): NewRoleSearch {
  return { from: text(search, 'from') };
}

/** One of the two: a person, or a role as such. */
export type AccessSearch = { user?: string; role?: string };

export function accessSearch(search: RawSearch): AccessSearch {
  return { user: text(search, 'user'), role: text(search, 'role') };
}
