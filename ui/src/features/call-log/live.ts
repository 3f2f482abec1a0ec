/** New calls as they happen, over one server-sent event stream. */
import { useEffect, useState } from 'react';
import { withQuery } from '@/api/client';
import type { LogName } from '@/features/call-log/queries';

const KEPT = 500;
const RETRY_MS = 3000;
const EVENTS: Record<LogName, string> = { interactions: 'interaction', 'mcp-tool-calls': 'call' };

export type LiveState = 'off' | 'connecting' | 'open';

/** Calls back for every new call while `enabled`; both callbacks should be stable. `onMissed` says that some were skipped. */
export function useLiveCalls<Call>(
  log: LogName,
  enabled: boolean,
  agentId: string | undefined,
  onCall: (call: Call) => void,
  onMissed?: () => void,
): LiveState {
  const [open, setOpen] = useState(false);
  useEffect(() => {
    if (!enabled) return;
    let retry: ReturnType<typeof setTimeout> | undefined;
    let source: EventSource;
    function connect() {
      source = new EventSource(withQuery(`/api/${log}/live`, { agentId }));
      source.onopen = () => setOpen(true);
      source.onerror = () => {
        setOpen(false);
        // The browser itself reconnects a dropped stream, but gives up on an error answer.
        if (source.readyState === EventSource.CLOSED) retry = setTimeout(connect, RETRY_MS);
      };
      source.addEventListener(EVENTS[log], (event: MessageEvent<string>) => onCall(JSON.parse(event.data) as Call));
      source.addEventListener('missed', () => onMissed?.());
    }
    connect();
    return () => {
      clearTimeout(retry);
      source.close();
      setOpen(false);
    };
  }, [log, enabled, agentId, onCall, onMissed]);
  return enabled ? (open ? 'open' : 'connecting') : 'off';
}

/** Puts a call on top; a call that comes twice replaces its older self. */
export function withNewest<Call extends { id: string }>(calls: readonly Call[], call: Call): Call[] {
  return [call, ...calls.filter((each) => each.id !== call.id)].slice(0, KEPT);
}

/** Whether a call has what is asked of one of its fields, if anything is. */
export function fits(wanted: string | undefined, value: string | null): boolean {
  return wanted === undefined || wanted === value;
}
