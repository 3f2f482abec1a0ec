import { oneOf, type RawSearch, text } from '@/lib/search-params';

export const SOURCES = ['registry', 'builtin', 'online'] as const;
export type CatalogSource = (typeof SOURCES)[number];
export type CatalogSearch = {
  source?: CatalogSource;
  q?: string;
  category?: string;
  kind?: 'local' | 'remote';
  /** The entry whose installation form is open; tool errors link to it. */
  install?: string;
  /** What a sign-in in the browser left for that installation. */
  secret?: string;
};

export function catalogSearch(search: RawSearch): CatalogSearch {
  return {
    source: oneOf(search, 'source', SOURCES),
    q: text(search, 'q'),
    category: text(search, 'category'),
    kind: oneOf(search, 'kind', ['local', 'remote']),
    install: text(search, 'install'),
    secret: text(search, 'secret'),
  };
}

export type NewItemSearch = { kind?: 'local' | 'remote' };

export function newItemSearch(search: RawSearch): NewItemSearch {
  return { kind: oneOf(search, 'kind', ['local', 'remote']) };
}
