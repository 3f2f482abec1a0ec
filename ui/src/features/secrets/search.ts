import { flag, oneOf, type RawSearch, text } from '@/lib/search-params';

const SORTS = ['name', 'kind', 'store', 'updatedAt'] as const;

export type SecretsSearch = {
  search?: string;
  kind?: string;
  store?: string;
  page?: number;
  by?: (typeof SORTS)[number];
  down?: true;
  /** The secret whose values are being replaced. */
  rotate?: string;
  /** The team whose Vault folder is being set. */
  folder?: string;
};

export function secretsSearch(search: RawSearch): SecretsSearch {
  const page = Number(search['page']);
  return {
    search: text(search, 'search'),
    kind: text(search, 'kind'),
    store: text(search, 'store'),
    page: Number.isInteger(page) && page > 1 ? page : undefined,
    by: oneOf(search, 'by', SORTS),
    down: flag(search, 'down'),
    rotate: text(search, 'rotate'),
    folder: text(search, 'folder'),
  };
}
