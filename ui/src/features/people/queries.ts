import { queryOptions, useMutation, useQueryClient } from '@tanstack/react-query';
import type { Member } from '@/api/access';
import { del, get, patch } from '@/api/client';

export const peopleQuery = queryOptions({
  queryKey: ['members', 'people'],
  queryFn: ({ signal }) => get<Member[]>('/api/organization/members', { kind: 'person' }, signal),
});

export function useGiveRole(id: string) {
  const refresh = useRefreshAccess();
  return useMutation({
    mutationFn: (role: string) => patch<Member>(path(id), { role }),
    onSuccess: refresh,
  });
}

export function useRemovePerson() {
  const refresh = useRefreshAccess();
  return useMutation({ mutationFn: (id: string) => del(path(id)), onSuccess: refresh });
}

/** Who belongs here with which role shows in several lists, and may be about the one who looks. */
export function useRefreshAccess() {
  const client = useQueryClient();
  return () =>
    Promise.all(
      ['members', 'invitations', 'roles', 'teams', 'access', 'permissions'].map((key) =>
        client.invalidateQueries({ queryKey: [key] }),
      ),
    );
}

function path(id: string): string {
  return `/api/organization/members/${encodeURIComponent(id)}`;
}
