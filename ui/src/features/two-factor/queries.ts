import { queryOptions, useMutation, useQueryClient } from '@tanstack/react-query';
import { get, post } from '@/api/client';
import type { Enrolled, TwoFactorStatus } from '@/api/identity';

export const twoFactorQuery = queryOptions({
  queryKey: ['two-factor'],
  queryFn: ({ signal }) => get<TwoFactorStatus>('/api/auth/two-factor/status', undefined, signal),
});

/** Not in force before a code was entered. */
export function useEnroll() {
  return useMutation({ mutationFn: (password: string) => post<Enrolled>('/api/auth/two-factor/enable', { password }) });
}

export function useConfirmCode() {
  const refresh = useRefresh();
  return useMutation({
    mutationFn: (code: string) => post('/api/auth/two-factor/verify-totp', { code }),
    onSuccess: refresh,
  });
}

export function useNewRecoveryCodes() {
  const refresh = useRefresh();
  return useMutation({
    mutationFn: (password: string) =>
      post<{ backupCodes: string[] }>('/api/auth/two-factor/generate-backup-codes', { password }),
    onSuccess: refresh,
  });
}

export function useDisableTwoFactor() {
  const refresh = useRefresh();
  return useMutation({
    mutationFn: (proof: { password: string; code: string }) => post('/api/auth/two-factor/disable', proof),
    onSuccess: refresh,
  });
}

function useRefresh() {
  const client = useQueryClient();
  return () => client.invalidateQueries({ queryKey: twoFactorQuery.queryKey });
}
