import { oneOf, type RawSearch, text } from '@/lib/search-params';

export type AgentsSearch = {
  name?: string;
  sort?: 'name' | 'createdAt' | 'updatedAt';
  dir?: 'asc' | 'desc';
  page?: number;
};

export function agentsSearch(search: RawSearch): AgentsSearch {
  const page = Number(search['page']);
  return {
    name: text(search, 'name'),
    sort: oneOf(search, 'sort', ['name', 'createdAt', 'updatedAt']),
    dir: oneOf(search, 'dir', ['asc', 'desc']),
    page: Number.isInteger(page) && page > 1 ? page : undefined,
  };
}
