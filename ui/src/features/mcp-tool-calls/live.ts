import type { ToolCall } from '@/api/mcp';
import { fits, type LiveState, useLiveCalls } from '@/features/call-log/live';
import type { ToolCallsSearch } from '@/features/mcp-tool-calls/search';

/** Calls back for every new call while `enabled`; `onCall` should be stable. */
export function useLiveToolCalls(
  enabled: boolean,
  agentId: string | undefined,
  onCall: (call: ToolCall) => void,
): LiveState {
  return useLiveCalls('mcp-tool-calls', enabled, agentId, onCall);
}

type Told = Pick<ToolCall, 'agentId' | 'mcpServerId' | 'mcpServerName' | 'toolName' | 'method' | 'isError' | 'userId'>;

/** Whether a live call belongs into the list as it is filtered now. */
export function matchesFilters(call: Told, search: ToolCallsSearch): boolean {
  return (
    fits(search.agentId, call.agentId) &&
    fits(search.serverName, call.mcpServerName) &&
    fits(search.mcpServerId, call.mcpServerId) &&
    fits(search.toolName, call.toolName) &&
    fits(search.method, call.method) &&
    fits(search.outcome, call.isError ? 'error' : 'ok') &&
    fits(search.userId, call.userId) &&
    search.search === undefined
  );
}
