import { queryOptions, useMutation, useQueryClient } from '@tanstack/react-query';
import { get, post } from '@/api/client';
import type { CurrentSession, Session } from '@/api/types';

/** Who is signed in; null when nobody is. Asked once, and again when the server says 401. */
export const sessionQuery = queryOptions({
  queryKey: ['session'],
  queryFn: () => get<CurrentSession | null>('/api/auth/get-session'),
  staleTime: Infinity,
});

export const sessionsQuery = queryOptions({
  queryKey: ['sessions'],
  queryFn: () => get<Session[]>('/api/auth/list-sessions'),
});

export function useRevokeSession() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (id: string) => post('/api/auth/revoke-session', { id }),
    onSuccess: () => client.invalidateQueries({ queryKey: sessionsQuery.queryKey }),
  });
}

export function useRevokeOtherSessions() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: () => post('/api/auth/revoke-other-sessions'),
    onSuccess: () => client.invalidateQueries({ queryKey: sessionsQuery.queryKey }),
  });
}
