import { queryOptions, useMutation, useQueryClient } from '@tanstack/react-query';
import { del, get, patch, post } from '@/api/client';
import type { Limit, LimitInput } from '@/api/policies';
import type { Organization } from '@/api/types';
import { organizationQuery } from '@/features/organization/queries';

export const limitsQuery = queryOptions({
  queryKey: ['limits'],
  queryFn: ({ signal }) => get<Limit[]>('/api/limits', undefined, signal),
  // What is used grows while one looks.
  refetchInterval: 10_000,
});

export function useSaveLimit(id: string | undefined) {
  const refresh = useRefreshLimits();
  return useMutation({
    mutationFn: (input: LimitInput) =>
      id === undefined ? post<Limit>('/api/limits', input) : patch<Limit>(path(id), input),
    onSuccess: refresh,
  });
}

export function useResetLimit() {
  const refresh = useRefreshLimits();
  return useMutation({ mutationFn: (id: string) => post<Limit>(`${path(id)}/reset`), onSuccess: refresh });
}

export function useDeleteLimit() {
  const refresh = useRefreshLimits();
  return useMutation({ mutationFn: (id: string) => del(path(id)), onSuccess: refresh });
}

export function useSetInterval() {
  const client = useQueryClient();
  const refresh = useRefreshLimits();
  return useMutation({
    mutationFn: (limitCleanupInterval: string | null) =>
      patch<Organization>('/api/organization/llm-settings', { limitCleanupInterval }),
    onSuccess: (organization) => {
      client.setQueryData(organizationQuery.queryKey, organization);
      return refresh();
    },
  });
}

function useRefreshLimits() {
  const client = useQueryClient();
  return () => client.invalidateQueries({ queryKey: limitsQuery.queryKey });
}

function path(id: string): string {
  return `/api/limits/${encodeURIComponent(id)}`;
}
