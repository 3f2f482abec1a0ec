import { queryOptions, useMutation, useQueryClient } from '@tanstack/react-query';
import { get, post } from '@/api/client';
import type { ApiKey, CreatedApiKey } from '@/api/types';

export const apiKeysQuery = queryOptions({
  queryKey: ['api-keys'],
  queryFn: () => get<ApiKey[]>('/api/auth/api-key/list'),
});

export function useCreateApiKey() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (key: { name: string; expiresIn?: number }) => post<CreatedApiKey>('/api/auth/api-key/create', key),
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
