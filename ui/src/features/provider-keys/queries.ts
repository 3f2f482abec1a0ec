import { keepPreviousData, queryOptions, useMutation, useQueryClient } from '@tanstack/react-query';
import { del, get, patch, post, put } from '@/api/client';
import type {
  KeyTest,
  KeyTested,
  LlmModel,
  LlmProvider,
  LocalServer,
  ModelSync,
  ProviderKey,
  ProviderKeyInput,
  Resolution,
} from '@/api/settings';

export const providerKeysQuery = queryOptions({
  queryKey: ['provider-keys', 'list'],
  queryFn: ({ signal }) => get<ProviderKey[]>('/api/llm-provider-api-keys', undefined, signal),
});

export const llmProvidersQuery = queryOptions({
  queryKey: ['provider-keys', 'providers'],
  queryFn: ({ signal }) => get<LlmProvider[]>('/api/llm-providers', undefined, signal),
  staleTime: 60_000,
});

/** Model servers that answer on this server's machine just now. */
export const localServersQuery = queryOptions({
  queryKey: ['provider-keys', 'local'],
  queryFn: ({ signal }) => get<LocalServer[]>('/api/llm-provider-api-keys/local', undefined, signal),
});

export type Question = { agentId: string | undefined; provider: string | undefined; model: string | undefined };

export function resolutionQuery(question: Question) {
  return queryOptions({
    queryKey: ['provider-keys', 'resolve', question],
    queryFn: ({ signal }) => get<Resolution>('/api/llm-provider-api-keys/resolve', question, signal),
    placeholderData: keepPreviousData,
  });
}

export function modelsQuery(provider: string) {
  return queryOptions({
    queryKey: ['provider-keys', 'models', provider],
    queryFn: ({ signal }) => get<LlmModel[]>('/api/llm-models', { provider }, signal),
  });
}

/** Asks the provider and keeps nothing; the answer is the provider's own. */
export function useTestKey() {
  return useMutation({ mutationFn: (test: KeyTest) => post<KeyTested>('/api/llm-provider-api-keys/test', test) });
}

export function useSaveKey(id: string | undefined) {
  const refresh = useRefresh();
  return useMutation({
    mutationFn: (input: ProviderKeyInput) =>
      id === undefined ? post<ProviderKey>('/api/llm-provider-api-keys', input) : patch<ProviderKey>(path(id), input),
    onSuccess: refresh,
  });
}

export function useSetDefault(id: string) {
  const refresh = useRefresh();
  return useMutation({
    mutationFn: (isDefault: boolean) => post<ProviderKey>(`${path(id)}/${isDefault ? 'set-default' : 'unset-default'}`),
    onSuccess: refresh,
  });
}

export function useAssignProfiles(id: string) {
  const refresh = useRefresh();
  return useMutation({
    mutationFn: (profileIds: string[]) => put<ProviderKey>(`${path(id)}/profiles`, { profileIds }),
    onSuccess: refresh,
  });
}

export function useDeleteKey() {
  const refresh = useRefresh();
  return useMutation({ mutationFn: (id: string) => del(path(id)), onSuccess: refresh });
}

export function useSyncModels() {
  const refresh = useRefresh();
  return useMutation({ mutationFn: () => post<ModelSync>('/api/llm-models/sync'), onSuccess: refresh });
}

/** A key decides what is resolved, which models there are, what chat can do and where a secret lies. */
function useRefresh() {
  const client = useQueryClient();
  return () =>
    Promise.all([
      client.invalidateQueries({ queryKey: ['provider-keys'] }),
      client.invalidateQueries({ queryKey: ['secrets'] }),
      client.invalidateQueries({ queryKey: ['chat'] }),
    ]);
}

function path(id: string): string {
  return `/api/llm-provider-api-keys/${encodeURIComponent(id)}`;
}
