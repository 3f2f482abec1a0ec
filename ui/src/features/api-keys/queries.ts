import { queryOptions, useMutation, useQueryClient } from '@tanstack/react-query';
import type { ApiKey, CreatedApiKey, Permissions } from '@/api/access';
import { get, post } from '@/api/client';

export const apiKeysQuery = queryOptions({
  queryKey: ['api-keys'],
  queryFn: () => get<ApiKey[]>('/api/auth/api-key/list'),
});

export type KeyDraft = { name: string; expiresIn?: number; permission?: Permissions };

export function useCreateApiKey() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (key: KeyDraft) => post<CreatedApiKey>('/api/auth/api-key/create', key),
    onSuccess: () => client.invalidateQueries({ queryKey: apiKeysQuery.queryKey }),
  });
}

export function useDeleteApiKey() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (keyId: string) => post('/api/auth/api-key/delete', { keyId }),
    onSuccess: () => client.invalidateQueries({ queryKey: apiKeysQuery.queryKey }),
  });
}
