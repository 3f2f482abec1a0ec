import { queryOptions, useMutation } from '@tanstack/react-query';
import type { CreatedApiKey, ServiceAccount } from '@/api/access';
import { del, get, patch, post } from '@/api/client';
import type { KeyDraft } from '@/features/api-keys/queries';
import { useRefreshAccess } from '@/features/people/queries';

export const serviceAccountsQuery = queryOptions({
  queryKey: ['members', 'service-accounts'],
  queryFn: ({ signal }) => get<ServiceAccount[]>('/api/service-accounts', undefined, signal),
});

type AccountDraft = { name: string; role: string };

export function useSaveServiceAccount(id: string | null) {
  const refresh = useRefreshAccess();
  return useMutation({
    mutationFn: (account: AccountDraft) =>
      id === null ? post<ServiceAccount>('/api/service-accounts', account) : patch<ServiceAccount>(path(id), account),
    onSuccess: refresh,
  });
}

export function useDeleteServiceAccount() {
  const refresh = useRefreshAccess();
  return useMutation({ mutationFn: (id: string) => del(path(id)), onSuccess: refresh });
}

export function useCreateAccountKey(id: string) {
  const refresh = useRefreshAccess();
  return useMutation({
    mutationFn: (key: KeyDraft) => post<CreatedApiKey>(`${path(id)}/api-keys`, key),
    onSuccess: refresh,
  });
}

export function useDeleteAccountKey(id: string) {
  const refresh = useRefreshAccess();
  return useMutation({
    mutationFn: (keyId: string) => del(`${path(id)}/api-keys/${encodeURIComponent(keyId)}`),
    onSuccess: refresh,
  });
}

function path(id: string): string {
  return `/api/service-accounts/${encodeURIComponent(id)}`;
}
