import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useRouter } from '@tanstack/react-router';
import { get, post } from '@/api/client';
import type { User } from '@/api/types';
import { sessionQuery } from '@/features/sessions/queries';

export type Credentials = { email: string; password: string; rememberMe: boolean };
type SignedIn = { user: User | null; twoFactorRedirect: boolean };

/** The session, or null when a code has to follow the password. */
export function useSignIn() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: async (credentials: Credentials) => {
      const { twoFactorRedirect } = await post<SignedIn>('/api/auth/sign-in/email', credentials);
      return twoFactorRedirect ? null : client.fetchQuery({ ...sessionQuery, staleTime: 0 });
    },
  });
}

export type SecondFactor = { code: string; recovery: boolean };

export function useSecondFactor() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: async ({ code, recovery }: SecondFactor) => {
      await post<SignedIn>(`/api/auth/two-factor/${recovery ? 'verify-backup-code' : 'verify-totp'}`, { code });
      return client.fetchQuery({ ...sessionQuery, staleTime: 0 });
    },
  });
}

/** Leads away, to the provider. */
export function useSignInAtProvider() {
  return useMutation({
    mutationFn: ({ providerId, path }: { providerId: string; path: string }) =>
      post<{ url: string }>('/api/auth/sign-in/sso', { providerId, callbackURL: path }),
    onSuccess: ({ url }) => window.location.assign(url),
  });
}

export function useSignOut() {
  const client = useQueryClient();
  const router = useRouter();
  return useMutation({
    mutationFn: async () => {
      // Only who is signed in is told where the provider ends its own session.
      const there = await get<{ url: string | null }>('/api/identity-providers/idp-logout-url').catch(() => null);
      await post('/api/auth/sign-out');
      return there?.url ?? null;
    },
    onSuccess: async (url) => {
      client.clear();
      client.setQueryData(sessionQuery.queryKey, null);
      if (url === null) await router.invalidate();
      else window.location.assign(url);
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
