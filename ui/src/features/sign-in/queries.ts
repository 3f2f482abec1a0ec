import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useRouter } from '@tanstack/react-router';
import { post } from '@/api/client';
import type { User } from '@/api/types';
import { sessionQuery } from '@/features/sessions/queries';

export type Credentials = { email: string; password: string; rememberMe: boolean };

export function useSignIn() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (credentials: Credentials) => post<{ user: User }>('/api/auth/sign-in/email', credentials),
    onSuccess: () => client.fetchQuery({ ...sessionQuery, staleTime: 0 }),
  });
}

export function useSignOut() {
  const client = useQueryClient();
  const router = useRouter();
  return useMutation({
    mutationFn: () => post('/api/auth/sign-out'),
    onSuccess: async () => {
      client.clear();
      client.setQueryData(sessionQuery.queryKey, null);
      await router.invalidate();
    },
  });
}

export type NewPassword = { currentPassword: string; newPassword: string; revokeOtherSessions?: boolean };

export function useChangePassword() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (change: NewPassword) => post<{ user: User }>('/api/auth/change-password', change),
    onSuccess: async () => {
      // The guards read the session from the cache, where it still says that the password must change.
      await client.fetchQuery({ ...sessionQuery, staleTime: 0 });
      await client.invalidateQueries();
    },
  });
}
