import { queryOptions, useMutation, useQueryClient } from '@tanstack/react-query';
import { get, patch, post } from '@/api/client';
import type { AgentTool, AgentToolPage, AssignmentInput, AssignmentResult, Tool } from '@/api/mcp';

const PAGE_SIZE = 500;

export const toolsQuery = queryOptions({
  queryKey: ['tools', 'list'],
  queryFn: ({ signal }) => get<Tool[]>('/api/tools', undefined, signal),
});

/** What one agent was given, or all of them. */
export function agentToolsQuery(agentId?: string) {
  return queryOptions({
    queryKey: ['agent-tools', agentId ?? 'all'],
    queryFn: async ({ signal }) => {
      const all: AgentTool[] = [];
      for (;;) {
        const page = await get<AgentToolPage>(
          '/api/agent-tools',
          { agentId, limit: PAGE_SIZE, offset: all.length },
          signal,
        );
        all.push(...page.data);
        if (!page.pagination.hasNext || page.data.length === 0) return all;
      }
    },
  });
}

export function useAssignTools() {
  const refresh = useRefreshAssignments();
  return useMutation({
    mutationFn: (assignments: AssignmentInput[]) =>
      post<AssignmentResult>('/api/agents/tools/bulk-assign', { assignments }),
    onSettled: refresh,
  });
}

export function useUnassignTools(agentId: string) {
  const refresh = useRefreshAssignments();
  return useMutation({
    mutationFn: (toolIds: string[]) =>
      post<{ removed: number }>('/api/agents/tools/bulk-unassign', { agentId, toolIds }),
    onSettled: refresh,
  });
}

export type CredentialChange = Pick<AssignmentInput, 'credentialResolutionMode' | 'mcpServerId'>;

export function useChangeCredential() {
  const refresh = useRefreshAssignments();
  return useMutation({
    mutationFn: ({ id, ...change }: CredentialChange & { id: string }) =>
      patch(`/api/agent-tools/${encodeURIComponent(id)}`, change),
    onSettled: refresh,
  });
}

function useRefreshAssignments() {
  const client = useQueryClient();
  return () =>
    Promise.all([
      client.invalidateQueries({ queryKey: ['agent-tools'] }),
      client.invalidateQueries({ queryKey: ['tools'] }),
      client.invalidateQueries({ queryKey: ['mcp-servers', 'tools'] }),
    ]);
}
