import { queryOptions, useMutation, useQueryClient } from '@tanstack/react-query';
import { del, get, patch, post } from '@/api/client';
import type { InstallInput, Inspection, McpServer, ServerLogs, ServerTool, Team, UsageDetail } from '@/api/mcp';

export const serversQuery = queryOptions({
  queryKey: ['mcp-servers', 'list'],
  queryFn: ({ signal }) => get<McpServer[]>('/api/mcp_server', undefined, signal),
  // The state comes by itself over the stream; this renews the figures.
  refetchInterval: 30_000,
});

export function serverQuery(id: string) {
  return queryOptions({
    queryKey: ['mcp-servers', 'one', id],
    queryFn: ({ signal }) => get<McpServer>(path(id), undefined, signal),
  });
}

export function serverToolsQuery(id: string) {
  return queryOptions({
    queryKey: ['mcp-servers', 'tools', id],
    queryFn: ({ signal }) => get<ServerTool[]>(`${path(id)}/tools`, undefined, signal),
  });
}

export function serverUsageQuery(id: string, timeframe: '24h' | '7d') {
  return queryOptions({
    queryKey: ['mcp-servers', 'usage', id, timeframe],
    queryFn: ({ signal }) => get<UsageDetail>(`${path(id)}/usage`, { timeframe }, signal),
  });
}

export function serverLogsQuery(id: string, previous: boolean) {
  return queryOptions({
    queryKey: ['mcp-servers', 'logs', id, previous],
    queryFn: ({ signal }) =>
      get<ServerLogs>(`${path(id)}/logs`, { lines: 500, previous: previous || undefined }, signal),
    staleTime: 0,
  });
}

export function logStreamUrl(id: string): string {
  return `${path(id)}/logs?lines=500&follow=true`;
}

export const teamsQuery = queryOptions({
  queryKey: ['teams'],
  queryFn: ({ signal }) => get<Team[]>('/api/teams', undefined, signal),
  staleTime: 60_000,
});

export function useInstall() {
  const refresh = useRefreshServers();
  return useMutation({
    mutationFn: (input: InstallInput) => post<McpServer>('/api/mcp_server', input),
    onSuccess: refresh,
  });
}

export type ServerAction = 'restart' | 'retry' | 'start' | 'stop' | 'reload-tools';

export function useServerAction(id: string) {
  const refresh = useRefreshServers();
  return useMutation({
    mutationFn: (action: ServerAction) => post(`${path(id)}/${action}`),
    onSettled: refresh,
  });
}

type NewValues = { environmentValues?: Record<string, string>; userConfigValues?: Record<string, string> };

export function useReinstall(id: string) {
  const refresh = useRefreshServers();
  return useMutation({
    mutationFn: (values: NewValues) => post<McpServer>(`${path(id)}/reinstall`, values),
    onSuccess: refresh,
  });
}

export function useDeleteServer() {
  const refresh = useRefreshServers();
  return useMutation({ mutationFn: (id: string) => del(path(id)), onSuccess: refresh });
}

/** `approve` takes the changed definition over, `reject` keeps the one that was approved. */
export function useReviewTool(serverId: string) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: ({ toolId, verdict }: { toolId: string; verdict: 'approve' | 'reject' }) =>
      post(`/api/tools/${encodeURIComponent(toolId)}/${verdict}`),
    onSuccess: () =>
      Promise.all([
        client.invalidateQueries({ queryKey: serverToolsQuery(serverId).queryKey }),
        client.invalidateQueries({ queryKey: serverQuery(serverId).queryKey }),
      ]),
  });
}

export function usePauseTool(serverId: string) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: ({ toolId, paused }: { toolId: string; paused: boolean }) =>
      post(`/api/tools/${encodeURIComponent(toolId)}/pause`, { paused }),
    onSuccess: () => client.invalidateQueries({ queryKey: serverToolsQuery(serverId).queryKey }),
  });
}

export function useInspect(id: string) {
  return useMutation({
    mutationFn: (call: { method: string; params: unknown }) => post<Inspection>(`${path(id)}/inspect`, call),
  });
}

export function useBeginOAuth() {
  return useMutation({
    mutationFn: (target: { catalogId: string; serverId?: string }) =>
      post<{ authorizationUrl: string; state: string }>('/api/oauth/initiate', target),
  });
}

export function useReauthenticate(id: string) {
  const refresh = useRefreshServers();
  return useMutation({
    mutationFn: (accessToken: string) => patch(`${path(id)}/reauthenticate`, { accessToken }),
    onSuccess: refresh,
  });
}

function useRefreshServers() {
  const client = useQueryClient();
  return () =>
    Promise.all([
      client.invalidateQueries({ queryKey: ['mcp-servers'] }),
      client.invalidateQueries({ queryKey: ['mcp-catalog'] }),
      client.invalidateQueries({ queryKey: ['tools'] }),
    ]);
}

function path(id: string): string {
  return `/api/mcp_server/${encodeURIComponent(id)}`;
}
