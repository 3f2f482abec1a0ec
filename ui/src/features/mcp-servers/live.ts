/** The states of all servers over one server-sent event stream, however many parts of the page look at them. */
import { type QueryClient, useQueryClient } from '@tanstack/react-query';
import { useEffect, useSyncExternalStore } from 'react';
import type { McpServer, ServerStatus } from '@/api/mcp';
import { serverQuery, serversQuery } from '@/features/mcp-servers/queries';
import { isSettled, withStatus } from '@/features/mcp-servers/status';

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
    apply(client, JSON.parse(event.data) as ServerStatus),
  );
  source.addEventListener('missed', () => void client.invalidateQueries({ queryKey: ['mcp-servers'] }));
}

function disconnect(): void {
  clearTimeout(retry);
  source?.close();
  source = null;
  setOpen(false);
}

export function apply(client: QueryClient, status: ServerStatus): void {
  const before = client.getQueryData(serversQuery.queryKey);
  const one = client.getQueryData(serverQuery(status.id).queryKey);
  const known = before?.find((server) => server.id === status.id) ?? one;
  if (status.removed) {
    client.setQueryData(serversQuery.queryKey, (list) => list?.filter((server) => server.id !== status.id));
    return;
  }
  client.setQueryData(serversQuery.queryKey, (list) =>
    list?.map((server) => (server.id === status.id ? withStatus(server, status) : server)),
  );
  client.setQueryData(serverQuery(status.id).queryKey, (server) => server && withStatus(server, status));
  // A list that is still being read has it all.
  if (before === undefined && one === undefined) return;
  if (needsReading(known, status)) void client.invalidateQueries({ queryKey: ['mcp-servers'] });
}

/** The stream carries the state; what a new state brings with it (tools, a crash's last lines) is read. */
function needsReading(known: McpServer | undefined, status: ServerStatus): boolean {
  if (known === undefined) return true;
  const settled = isSettled(status.status) && known.localInstallationStatus !== status.status;
  return settled || known.restarts !== status.restarts;
}

function setOpen(next: boolean): void {
  open = next;
  for (const listener of listeners) listener();
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}
