import { flag, type RawSearch } from '@/lib/search-params';

export type ApiKeysSearch = { create?: true };

export function apiKeysSearch(search: RawSearch): ApiKeysSearch {
  return { create: flag(search, 'create') };
}
