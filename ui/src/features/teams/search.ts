import { flag, type RawSearch } from '@/lib/search-params';

export type TeamsSearch = { create?: true };

export function teamsSearch(search: RawSearch): TeamsSearch {
  return { create: flag(search, 'create') };
}
