/** The states of all servers over one server-sent event stream, however many parts of the page look at them. */
import { type QueryClient, useQueryClient } from '@tanstack/react-query';
import { useEffect, useSyncExternalStore } from 'react';
import type { McpServer, ServerChange } from '@/api/mcp';
import { serverQuery, serversQuery } from '@/features/mcp-servers/queries';
import { isSettled, withChange } from '@/features/mcp-servers/status';

const RETRY_MS = 3000;

let source: EventSource | null = null;
let retry: ReturnType<typeof setTimeout> | undefined;
let open = false;
let users = 0;
const listeners = new Set<() => void>();

/** Keeps the servers in the cache in step while the page is open; says whether the stream stands. */
export function useLiveServers(): boolean {
  const client = useQueryClient();
  useEffect(() => {
    users += 1;
    if (users === 1) connect(client);
    return () => {
      users -= 1;
      if (users === 0) disconnect();
    };
  }, [client]);
  return useSyncExternalStore(subscribe, () => open);
}

function connect(client: QueryClient): void {
  source = new EventSource('/api/mcp-servers/live');
  source.onopen = () => setOpen(true);
  source.onerror = () => {
    setOpen(false);
    // The browser itself reconnects a dropped stream, but gives up on an error answer.
    if (source?.readyState === EventSource.CLOSED) retry = setTimeout(() => connect(client), RETRY_MS);
  };
  source.addEventListener('server', (event: MessageEvent<string>) =>
    apply(client, JSON.parse(event.data) as ServerChange),
  );
  source.addEventListener('removed', (event: MessageEvent<string>) =>
    remove(client, (JSON.parse(event.data) as { id: string }).id),
  );
  source.addEventListener('missed', () => void client.invalidateQueries({ queryKey: ['mcp-servers'] }));
}

function disconnect(): void {
  clearTimeout(retry);
  source?.close();
  source = null;
  setOpen(false);
}

export function apply(client: QueryClient, change: ServerChange): void {
  const before = client.getQueryData(serversQuery.queryKey);
  const one = client.getQueryData(serverQuery(change.id).queryKey);
  const known = before?.find((server) => server.id === change.id) ?? one;
  client.setQueryData(serversQuery.queryKey, (list) =>
    list?.map((server) => (server.id === change.id ? withChange(server, change) : server)),
  );
  client.setQueryData(serverQuery(change.id).queryKey, (server) => server && withChange(server, change));
  // A list that is still being read has it all.
  if (before === undefined && one === undefined) return;
  if (needsReading(known, change)) void client.invalidateQueries({ queryKey: ['mcp-servers'] });
}

export function remove(client: QueryClient, id: string): void {
  client.setQueryData(serversQuery.queryKey, (list) => list?.filter((server) => server.id !== id));
}

/** The stream carries the state; what a new state brings with it (tools, a crash's last lines) is read. */
function needsReading(known: McpServer | undefined, change: ServerChange): boolean {
  if (known === undefined) return true;
  const settled =
    isSettled(change.localInstallationStatus) && known.localInstallationStatus !== change.localInstallationStatus;
  return settled || known.restarts !== change.restarts;
}

function setOpen(next: boolean): void {
  open = next;
  for (const listener of listeners) listener();
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}
