import { flag, type RawSearch, text } from '@/lib/search-params';

export type PromptsSearch = { name?: string; create?: true; edit?: string; history?: string };

export function promptsSearch(search: RawSearch): PromptsSearch {
  return {
    name: text(search, 'name'),
    create: flag(search, 'create'),
    edit: text(search, 'edit'),
    history: text(search, 'history'),
  };
}
