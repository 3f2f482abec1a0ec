import { oneOf, type RawSearch, text } from '@/lib/search-params';

export type TokenPricesSearch = {
  search?: string;
  provider?: string;
  source?: 'builtin' | 'custom';
  /** The price being edited, by its id. */
  edit?: string;
  /** A price being added; `provider/model` fills the form, `new` leaves it empty. */
  add?: string;
};

export function tokenPricesSearch(search: RawSearch): TokenPricesSearch {
  return {
    search: text(search, 'search'),
    provider: text(search, 'provider'),
    source: oneOf(search, 'source', ['builtin', 'custom']),
    edit: text(search, 'edit'),
    add: text(search, 'add'),
  };
}
