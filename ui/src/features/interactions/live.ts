/** New calls as they happen, over one server-sent event stream. */
import { useEffect, useState } from 'react';
import type { Interaction } from '@/api/types';
import { withQuery } from '@/api/client';
import type { InteractionsSearch } from '@/features/interactions/search';

const KEPT = 500;
const RETRY_MS = 3000;

export type LiveState = 'off' | 'connecting' | 'open';

/** Calls back for every new call while `enabled`; both callbacks should be stable. `onMissed` says that some were skipped. */
export function useLiveInteractions(
  enabled: boolean,
  agentId: string | undefined,
  onInteraction: (row: Interaction) => void,
  onMissed?: () => void,
): LiveState {
  const [open, setOpen] = useState(false);
  useEffect(() => {
    if (!enabled) return;
    let retry: ReturnType<typeof setTimeout> | undefined;
    let source: EventSource;
    function connect() {
      source = new EventSource(withQuery('/api/interactions/live', { agentId }));
      source.onopen = () => setOpen(true);
      source.onerror = () => {
        setOpen(false);
        // The browser itself reconnects a dropped stream, but gives up on an error answer.
        if (source.readyState === EventSource.CLOSED) retry = setTimeout(connect, RETRY_MS);
      };
      source.addEventListener('interaction', (event: MessageEvent<string>) =>
        onInteraction(JSON.parse(event.data) as Interaction),
      );
      source.addEventListener('missed', () => onMissed?.());
    }
    connect();
    return () => {
      clearTimeout(retry);
      source.close();
      setOpen(false);
    };
  }, [enabled, agentId, onInteraction, onMissed]);
  return enabled ? (open ? 'open' : 'connecting') : 'off';
}

/** Puts a call on top; a call that comes twice replaces its older self. */
export function withNewest(rows: readonly Interaction[], row: Interaction): Interaction[] {
  return [row, ...rows.filter((each) => each.id !== row.id)].slice(0, KEPT);
}

/** Whether a live call belongs into the list as it is filtered now. */
export function matchesFilters(row: Interaction, search: InteractionsSearch): boolean {
  if (search.to !== undefined && search.range === undefined) return false;
  const same = (wanted: string | undefined, value: string | null) => wanted === undefined || wanted === value;
  return (
    same(search.provider, row.provider) &&
    same(search.model, row.model) &&
    same(search.agentId, row.agentId) &&
    same(search.outcome, row.outcome) &&
    same(search.type, row.type) &&
    same(search.externalAgentId, row.externalAgentId) &&
    same(search.userId, row.userId) &&
    same(search.sessionId, row.sessionId) &&
    search.search === undefined
  );
}
