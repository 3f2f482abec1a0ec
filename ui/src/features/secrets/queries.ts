import { keepPreviousData, queryOptions, useMutation, useQueryClient } from '@tanstack/react-query';
import { del, get, post } from '@/api/client';
import type {
  Features,
  FolderCheck,
  Secret,
  SecretPage,
  SecretsStatus,
  StoreCheck,
  VaultFolder,
  VaultSecret,
} from '@/api/settings';
import type { SecretsSearch } from '@/features/secrets/search';

export const PAGE_SIZE = 50;

/** Where secrets go and whether that is where they should; asks no store anything. */
export const secretsStatusQuery = queryOptions({
  queryKey: ['secrets', 'status'],
  queryFn: ({ signal }) => get<SecretsStatus>('/api/secrets/type', undefined, signal),
  refetchInterval: 60_000,
});

export function secretsQuery({ search, kind, store, page = 1, by = 'name', down }: SecretsSearch) {
  const sortDirection = down ? 'desc' : 'asc';
  return queryOptions({
    queryKey: ['secrets', 'list', { search, kind, store, page, by, sortDirection }],
    queryFn: ({ signal }) =>
      get<SecretPage>(
        '/api/secrets',
        { search, kind, store, limit: PAGE_SIZE, offset: (page - 1) * PAGE_SIZE, sortBy: by, sortDirection },
        signal,
      ),
    placeholderData: keepPreviousData,
  });
}

export function secretQuery(id: string) {
  return queryOptions({
    queryKey: ['secrets', 'one', id],
    queryFn: ({ signal }) => get<Secret>(path(id), undefined, signal),
  });
}

/** Whether people give references into a Vault instead of values. */
export const featuresQuery = queryOptions({
  queryKey: ['features'],
  queryFn: ({ signal }) => get<Features>('/api/features', undefined, signal),
  staleTime: 60_000,
});

export function vaultFolderQuery(teamId: string) {
  return queryOptions({
    queryKey: ['secrets', 'folder', teamId],
    queryFn: ({ signal }) => get<VaultFolder | null>(folderPath(teamId), undefined, signal),
  });
}

export function vaultSecretsQuery(teamId: string) {
  return queryOptions({
    queryKey: ['secrets', 'folder', teamId, 'secrets'],
    queryFn: ({ signal }) => get<VaultSecret[]>(`${folderPath(teamId)}/secrets`, undefined, signal),
    retry: false,
  });
}

/** The names of the values of one secret in a team's folder. */
export function vaultKeysQuery(teamId: string, secretPath: string) {
  return queryOptions({
    queryKey: ['secrets', 'folder', teamId, 'keys', secretPath],
    queryFn: () => post<{ keys: string[] }>(`${folderPath(teamId)}/secrets/keys`, { secretPath }),
    retry: false,
  });
}

/** No values: the same ones are written anew, where secrets go now. */
export function useRotateSecret(id: string) {
  const refresh = useRefresh();
  return useMutation({
    mutationFn: (values: Record<string, string>) => post<Secret>(`${path(id)}/rotate`, { values }),
    onSuccess: refresh,
  });
}

export function useDeleteSecret() {
  const refresh = useRefresh();
  return useMutation({ mutationFn: (id: string) => del(path(id)), onSuccess: refresh });
}

export function useCheckStore() {
  const refresh = useRefresh();
  return useMutation({
    mutationFn: (store: string) => post<StoreCheck>('/api/secrets/check-connectivity', { store }),
    onSettled: refresh,
  });
}

export function useSaveFolder(teamId: string) {
  const refresh = useRefresh();
  return useMutation({
    mutationFn: (vaultPath: string) => post<VaultFolder>(folderPath(teamId), { vaultPath }),
    onSuccess: refresh,
  });
}

export function useDeleteFolder(teamId: string) {
  const refresh = useRefresh();
  return useMutation({ mutationFn: () => del(folderPath(teamId)), onSuccess: refresh });
}

export function useCheckFolder(teamId: string) {
  return useMutation({
    mutationFn: (vaultPath: string) => post<FolderCheck>(`${folderPath(teamId)}/check-connectivity`, { vaultPath }),
  });
}

function useRefresh() {
  const client = useQueryClient();
  return () => client.invalidateQueries({ queryKey: ['secrets'] });
}

function path(id: string): string {
  return `/api/secrets/${encodeURIComponent(id)}`;
}

function folderPath(teamId: string): string {
  return `/api/teams/${encodeURIComponent(teamId)}/vault-folder`;
}
