import { type CallLogSearch, isNarrowed, rangeOf, startOf } from '@/features/call-log/search';
import { flag, oneOf, type RawSearch, text } from '@/lib/search-params';

/** The filters of the log; each is a query parameter of the API too, but for `range` and `live`. */
export type ToolCallsSearch = Omit<CallLogSearch, 'from' | 'to'> & {
  serverName?: string;
  /** One installation; its name alone may be that of others, too. */
  mcpServerId?: string;
  toolName?: string;
  method?: string;
  outcome?: string;
  userId?: string;
};

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
    range: rangeOf(search),
    live: flag(search, 'live'),
  };
}

export function hasFilters(search: ToolCallsSearch): boolean {
  return isNarrowed(toolCallsSearch(search));
}

/** What the API understands; a range becomes a start time, counted back from `now`. */
export function apiFilters(search: ToolCallsSearch, now: number): Record<string, string | undefined> {
  const { range, live: _live, ...rest } = search;
  return { ...rest, startDate: range ? startOf(range, now) : undefined };
}
