import { flag, oneOf, type RawSearch, text } from '@/lib/search-params';

export const RANGES = { '1h': 3_600, '24h': 86_400, '7d': 604_800, '30d': 2_592_000 } as const;
export type Range = keyof typeof RANGES;

/** The filters of the log; each is a query parameter of the API too, but for `range` and `live`. */
export type InteractionsSearch = {
  provider?: string;
  model?: string;
  agentId?: string;
  outcome?: string;
  type?: string;
  externalAgentId?: string;
  userId?: string;
  sessionId?: string;
  search?: string;
  range?: Range;
  from?: string;
  to?: string;
  live?: true;
};

export const FILTER_KEYS = [
  'provider',
  'model',
  'agentId',
  'outcome',
  'type',
  'externalAgentId',
  'userId',
  'sessionId',
  'search',
  'range',
  'from',
  'to',
] as const;

export function interactionsSearch(search: RawSearch): InteractionsSearch {
  return {
    provider: text(search, 'provider'),
    model: text(search, 'model'),
    agentId: text(search, 'agentId'),
    outcome: text(search, 'outcome'),
    type: text(search, 'type'),
    externalAgentId: text(search, 'externalAgentId'),
    userId: text(search, 'userId'),
    sessionId: text(search, 'sessionId'),
    search: text(search, 'search'),
    range: oneOf(search, 'range', ['1h', '24h', '7d', '30d']),
    from: text(search, 'from'),
    to: text(search, 'to'),
    live: flag(search, 'live'),
  };
}

export function hasFilters(search: InteractionsSearch): boolean {
  return FILTER_KEYS.some((key) => search[key] !== undefined);
}

/** What the API understands; a range becomes a start time, counted back from `now`. */
export function apiFilters(search: InteractionsSearch, now: number): Record<string, string | undefined> {
  const { provider, model, agentId, outcome, type, externalAgentId, userId, sessionId, range } = search;
  const startDate = range ? new Date(now - RANGES[range] * 1000).toISOString() : isoOf(search.from);
  return {
    provider,
    model,
    agentId,
    outcome,
    type,
    externalAgentId,
    userId,
    sessionId,
    search: search.search,
    startDate,
    endDate: range ? undefined : isoOf(search.to),
  };
}

function isoOf(localTime: string | undefined): string | undefined {
  if (localTime === undefined) return undefined;
  const date = new Date(localTime);
  return Number.isNaN(date.getTime()) ? undefined : date.toISOString();
}
