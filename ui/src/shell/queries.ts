import { queryOptions } from '@tanstack/react-query';
import { ApiError, get } from '@/api/client';
import type { PublicConfig, Readiness } from '@/api/types';

export const publicConfigQuery = queryOptions({
  queryKey: ['config', 'public'],
  queryFn: () => get<PublicConfig>('/api/config/public'),
  staleTime: 60_000,
});

/** 503 is an answer too here: it says which part is not ready. */
export const readinessQuery = queryOptions({
  queryKey: ['readiness'],
  queryFn: async ({ signal }) => {
    const response = await fetch('/ready', { signal, cache: 'no-store' });
    const body = (await response.json().catch(() => null)) as Readiness | null;
    if (body === null || typeof body.checks !== 'object') {
      throw new ApiError(response.status, 'unknown_error', 'The server does not say whether it is ready.');
    }
    return body;
  },
  refetchInterval: 20_000,
});

export const permissionsQuery = queryOptions({
  queryKey: ['permissions'],
  queryFn: () => get<Record<string, string[]>>('/api/user/permissions'),
  staleTime: 60_000,
});
