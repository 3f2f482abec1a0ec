import { queryOptions, useMutation } from '@tanstack/react-query';
import type { Permissions, Role, RoleInput, UserAccess } from '@/api/access';
import { del, get, post, put } from '@/api/client';
import { useRefreshAccess } from '@/features/people/queries';

export const rolesQuery = queryOptions({
  queryKey: ['roles', 'list'],
  queryFn: ({ signal }) => get<Role[]>('/api/roles', undefined, signal),
});

/** All that there is to be permitted. */
export const allPermissionsQuery = queryOptions({
  queryKey: ['roles', 'permissions'],
  queryFn: ({ signal }) => get<Permissions>('/api/roles/permissions', undefined, signal),
  staleTime: Infinity,
});

/** What somebody may do in the end, and why. */
export function accessQuery(userId: string) {
  return queryOptions({
    queryKey: ['access', userId],
    queryFn: ({ signal }) => get<UserAccess>('/api/user/access', { userId }, signal),
  });
}

export function useSaveRole(id: string | null) {
  const refresh = useRefreshAccess();
  return useMutation({
    mutationFn: (role: RoleInput) => (id === null ? post<Role>('/api/roles', role) : put<Role>(path(id), role)),
    onSuccess: refresh,
  });
}

export function useDeleteRole() {
  const refresh = useRefreshAccess();
  return useMutation({ mutationFn: (id: string) => del(path(id)), onSuccess: refresh });
}

function path(id: string): string {
  return `/api/roles/${encodeURIComponent(id)}`;
}
