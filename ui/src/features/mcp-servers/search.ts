import { flag, oneOf, type RawSearch, text } from '@/lib/search-params';

export const STATES = ['running', 'working', 'stopped', 'failed'] as const;
export type ServersSearch = { q?: string; state?: (typeof STATES)[number]; by?: string; down?: true };

export function serversSearch(search: RawSearch): ServersSearch {
  return {
    q: text(search, 'q'),
    state: oneOf(search, 'state', STATES),
    by: text(search, 'by'),
    down: flag(search, 'down'),
  };
}

export const SERVER_TABS = ['overview', 'tools', 'logs', 'inspector', 'config', 'usage'] as const;
export type ServerTab = (typeof SERVER_TABS)[number];
export type ServerDetailSearch = { tab?: ServerTab; tool?: string; reauthenticate?: string };

export function serverDetailSearch(search: RawSearch): ServerDetailSearch {
  return {
    tab: oneOf(search, 'tab', SERVER_TABS),
    tool: text(search, 'tool'),
    reauthenticate: search['reauthenticate'] === undefined ? undefined : String(search['reauthenticate']),
  };
}
