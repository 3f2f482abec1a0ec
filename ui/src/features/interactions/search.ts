import { type CallLogSearch, isNarrowed, rangeOf, startOf } from '@/features/call-log/search';
import { flag, type RawSearch, text } from '@/lib/search-params';

/** The filters of the log; each is a query parameter of the API too, but for `range` and `live`. */
export type InteractionsSearch = CallLogSearch & {
  provider?: string;
  model?: string;
  outcome?: string;
  type?: string;
  externalAgentId?: string;
  userId?: string;
  sessionId?: string;
};

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
    range: rangeOf(search),
    from: text(search, 'from'),
    to: text(search, 'to'),
    live: flag(search, 'live'),
  };
}

export function hasFilters(search: InteractionsSearch): boolean {
  return isNarrowed(interactionsSearch(search));
}

/** What the API understands; a range becomes a start time, counted back from `now`. */
export function apiFilters(search: InteractionsSearch, now: number): Record<string, string | undefined> {
  const { provider, model, agentId, outcome, type, externalAgentId, userId, sessionId, range } = search;
  const startDate = range ? startOf(range, now) : isoOf(search.from);
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
