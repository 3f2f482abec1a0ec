/** New tool calls as they happen, over one server-sent event stream. */
import { useEffect, useState } from 'react';
import { withQuery } from '@/api/client';
import type { ToolCall } from '@/api/mcp';
import type { LiveState } from '@/features/interactions/live';
import type { ToolCallsSearch } from '@/features/mcp-tool-calls/search';

const KEPT = 500;
const RETRY_MS = 3000;

/** Calls back for every new call while `enabled`; both callbacks should be stable. `onMissed` says that some were skipped. */
export function useLiveToolCalls(
  enabled: boolean,
  agentId: string | undefined,
  onCall: (call: ToolCall) => void,
  onMissed?: () => void,
): LiveState {
  const [open, setOpen] = useState(false);
  useEffect(() => {
    if (!enabled) return;
    let retry: ReturnType<typeof setTimeout> | undefined;
    let source: EventSource;
    function connect() {
      source = new EventSource(withQuery('/api/mcp-tool-calls/live', { agentId }));
      source.onopen = () => setOpen(true);
      source.onerror = () => {
        setOpen(false);
        // The browser itself reconnects a dropped stream, but gives up on an error answer.
        if (source.readyState === EventSource.CLOSED) retry = setTimeout(connect, RETRY_MS);
      };
      source.addEventListener('call', (event: MessageEvent<string>) => onCall(JSON.parse(event.data) as ToolCall));
      source.addEventListener('missed', () => onMissed?.());
    }
    connect();
    return () => {
      clearTimeout(retry);
      source.close();
      setOpen(false);
    };
  }, [enabled, agentId, onCall, onMissed]);
  return enabled ? (open ? 'open' : 'connecting') : 'off';
}

/** Puts a call on top; a call that comes twice replaces its older self. */
export function withNewest(calls: readonly ToolCall[], call: ToolCall): ToolCall[] {
  return [call, ...calls.filter((each) => each.id !== call.id)].slice(0, KEPT);
}

type Told = Pick<ToolCall, 'agentId' | 'mcpServerId' | 'mcpServerName' | 'toolName' | 'method' | 'isError' | 'userId'>;

/** Whether a live call belongs into the list as it is filtered now. */
export function matchesFilters(call: Told, search: ToolCallsSearch): boolean {
  const same = (wanted: string | undefined, value: string | null) => wanted === undefined || wanted === value;
  return (
    same(search.agentId, call.agentId) &&
    same(search.serverName, call.mcpServerName) &&
    same(search.mcpServerId, call.mcpServerId) &&
    same(search.toolName, call.toolName) &&
    same(search.method, call.method) &&
    same(search.outcome, call.isError ? 'error' : 'ok') &&
    same(search.userId, call.userId) &&
    search.search === undefined
  );
}
