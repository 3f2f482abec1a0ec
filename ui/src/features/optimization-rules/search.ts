import { flag, type RawSearch, text } from '@/lib/search-params';

export type RulesSearch = { edit?: string; create?: true };

export function rulesSearch(search: RawSearch): RulesSearch {
  return { edit: text(search, 'edit'), create: flag(search, 'create') };
}
