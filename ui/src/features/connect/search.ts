import { oneOf, type RawSearch, text } from '@/lib/search-params';

export type ConnectSearch = { agent?: string; client?: string; credential?: 'provider' | 'archestra'; model?: string };

export function connectSearch(search: RawSearch): ConnectSearch {
  return {
    agent: text(search, 'agent'),
    client: text(search, 'client'),
    credential: oneOf(search, 'credential', ['provider', 'archestra']),
    model: text(search, 'model'),
  };
}
