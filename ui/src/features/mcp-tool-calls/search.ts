import { oneOf, flag, type RawSearch, text } from '@/lib/search-params';

export const RANGES = { '1h': 3_600, '24h': 86_400, '7d': 604_800, '30d': 2_592_000 } as const;
export type Range = keyof typeof RANGES;

/** The filters of the log; each is a query parameter of the API too, but for `range` and `live`. */
export type ToolCallsSearch = {
  agentId?: string;
  serverName?: string;
  /** One installation; its name alone may be that of others, too. */
  mcpServerId?: string;
  toolName?: string;
  method?: string;
  outcome?: string;
  userId?: string;
  search?: string;
  range?: Range;
  live?: true;
};

const FILTER_KEYS = [
  'agentId',
  'serverName',
  'mcpServerId',
  'toolName',
  'method',
  'outcome',
  'userId',
  'search',
  'range',
] as const;

export function toolCallsSearch(search: RawSearch): ToolCallsSearch {
  return {
    agentId: text(search, 'agentId'),
    serverName: text(search, 'serverName'),
    mcpServerId: text(search, 'mcpServerId'),
    toolName: text(search, 'toolName'),
    method: text(search, 'method'),
    outcome: oneOf(search, 'outcome', ['ok', 'error']),
    userId: text(search, 'userId'),
    search: text(search, 'search'),
    range: oneOf(search, 'range', ['1h', '24h', '7d', '30d']),
    live: flag(search, 'live'),
  };
}

export function hasFilters(search: ToolCallsSearch): boolean {
  return FILTER_KEYS.some((key) => search[key] !== undefined);
}

/** What the API understands; a range becomes a start time, counted back from `now`. */
export function apiFilters(search: ToolCallsSearch, now: number): Record<string, string | undefined> {
  const { range, live: _live, ...rest } = search;
  return { ...rest, startDate: range ? new Date(now - RANGES[range] * 1000).toISOString() : undefined };
}
