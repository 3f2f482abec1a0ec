import { queryOptions, useMutation, useQueryClient } from '@tanstack/react-query';
import type { Invitation, InvitationCheck, InvitationInput, NewInvitation } from '@/api/access';
import { del, get, post } from '@/api/client';
import type { User } from '@/api/types';
import { sessionQuery } from '@/features/sessions/queries';

export const invitationsQuery = queryOptions({
  queryKey: ['invitations'],
  queryFn: ({ signal }) => get<Invitation[]>('/api/invitations', undefined, signal),
});

export function useInvite() {
  const refresh = useRefresh();
  return useMutation({
    mutationFn: (invitation: InvitationInput) => post<NewInvitation>('/api/invitations', invitation),
    onSuccess: refresh,
  });
}

/** A new link and a new week; the old link ends. */
export function useRenewInvitation() {
  const refresh = useRefresh();
  return useMutation({
    mutationFn: (id: string) => post<NewInvitation>(`/api/invitations/${encodeURIComponent(id)}/renew`),
    onSuccess: refresh,
  });
}

export function useCancelInvitation() {
  const refresh = useRefresh();
  return useMutation({
    mutationFn: (id: string) => del(`/api/invitations/${encodeURIComponent(id)}`),
    onSuccess: refresh,
  });
}

/** What an invitation says to whoever holds its link; nobody is signed in. */
export function invitationCheckQuery(token: string) {
  return queryOptions({
    queryKey: ['invitation', token],
    queryFn: ({ signal }) =>
      get<InvitationCheck>(`/api/invitation/${encodeURIComponent(token)}/check`, undefined, signal),
    staleTime: Infinity,
  });
}

type Joining = { name: string; email: string; password: string; invitation: string };

export function useJoin() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (joining: Joining) => post<{ user: User }>('/api/auth/sign-up/email', joining),
    onSuccess: () => client.fetchQuery({ ...sessionQuery, staleTime: 0 }),
  });
}

function useRefresh() {
  const client = useQueryClient();
  return () => client.invalidateQueries({ queryKey: invitationsQuery.queryKey });
}
