import { oneOf, type RawSearch, text } from '@/lib/search-params';

export type ConnectSearch = {
  kind?: 'mcp';
  agent?: string;
  client?: string;
  credential?: 'provider' | 'archestra';
  model?: string;
  token?: string;
};

export function connectSearch(search: RawSearch): ConnectSearch {
  return {
    kind: oneOf(search, 'kind', ['mcp']),
    agent: text(search, 'agent'),
    client: text(search, 'client'),
    credential: oneOf(search, 'credential', ['provider', 'archestra']),
    model: text(search, 'model'),
    token: text(search, 'token'),
  };
}
