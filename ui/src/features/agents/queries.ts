import { keepPreviousData, queryOptions, useMutation, useQueryClient } from '@tanstack/react-query';
import { del, get, post, put } from '@/api/client';
import type { Agent, AgentInput, AgentPage } from '@/api/types';
import type { AgentsSearch } from '@/features/agents/search';

export const PAGE_SIZE = 50;

export function agentsQuery(search: AgentsSearch) {
  return queryOptions({
    queryKey: ['agents', 'list', search],
    queryFn: ({ signal }) =>
      get<AgentPage>(
        '/api/agents',
        {
          name: search.name,
          sortBy: search.sort ?? 'name',
          sortDirection: search.dir ?? 'asc',
          limit: PAGE_SIZE,
          offset: ((search.page ?? 1) - 1) * PAGE_SIZE,
        },
        signal,
      ),
    placeholderData: keepPreviousData,
  });
}

export const allAgentsQuery = queryOptions({
  queryKey: ['agents', 'all'],
  queryFn: () => get<Agent[]>('/api/agents/all'),
});

export function agentQuery(id: string) {
  return queryOptions({
    queryKey: ['agents', 'one', id],
    queryFn: () => get<Agent>(`/api/agents/${encodeURIComponent(id)}`),
  });
}

export const labelKeysQuery = queryOptions({
  queryKey: ['agents', 'label-keys'],
  queryFn: () => get<string[]>('/api/agents/labels/keys'),
});

export type AgentDraft = Required<Pick<AgentInput, 'name' | 'description' | 'labels'>> & Pick<AgentInput, 'isDefault'>;

/** Whether clients of its gateway see every tool, or one to search and one to run. */
type AgentChange = Partial<AgentDraft> & { toolExposureMode?: 'full' | 'search_and_run_only' };

export function useCreateAgent() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (draft: AgentDraft) => post<Agent>('/api/agents', draft),
    onSuccess: () => client.invalidateQueries({ queryKey: ['agents'] }),
  });
}

export function useUpdateAgent(id: string) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (change: AgentChange) => put<Agent>(`/api/agents/${encodeURIComponent(id)}`, change),
    onSuccess: () => client.invalidateQueries({ queryKey: ['agents'] }),
  });
}

export function useDeleteAgent() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (id: string) => del(`/api/agents/${encodeURIComponent(id)}`),
    onSuccess: () => client.invalidateQueries({ queryKey: ['agents'] }),
  });
}
