import { type RawSearch, text } from '@/lib/search-params';

/** Where the dry run of a sign-in comes back to; the names are the server's. */
export type IdentityProvidersSearch = { provider?: string; test?: string };

export function identityProvidersSearch(search: RawSearch): IdentityProvidersSearch {
  return { provider: text(search, 'provider'), test: text(search, 'test') };
}

export type NewIdentityProviderSearch = { preset?: string };

export function newIdentityProviderSearch(search: RawSearch): NewIdentityProviderSearch {
  return { preset: text(search, 'preset') };
}
