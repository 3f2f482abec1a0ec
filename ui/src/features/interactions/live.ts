import type { Interaction } from '@/api/types';
import { fits, type LiveState, useLiveCalls } from '@/features/call-log/live';
import type { InteractionsSearch } from '@/features/interactions/search';

/** Calls back for every new call while `enabled`; `onCall` should be stable. */
export function useLiveInteractions(
  enabled: boolean,
  agentId: string | undefined,
  onCall: (call: Interaction) => void,
): LiveState {
  return useLiveCalls('interactions', enabled, agentId, onCall);
}

/** Whether a live call belongs into the list as it is filtered now. */
export function matchesFilters(row: Interaction, search: InteractionsSearch): boolean {
  if (search.to !== undefined && search.range === undefined) return false;
  return (
    fits(search.provider, row.provider) &&
    fits(search.model, row.model) &&
    fits(search.agentId, row.agentId) &&
    fits(search.outcome, row.outcome) &&
    fits(search.type, row.type) &&
    fits(search.externalAgentId, row.externalAgentId) &&
    fits(search.userId, row.userId) &&
    fits(search.sessionId, row.sessionId) &&
    search.search === undefined
  );
}
