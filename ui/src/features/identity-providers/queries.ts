import { queryOptions, useMutation, useQueryClient } from '@tanstack/react-query';
import { del, get, post, put } from '@/api/client';
import type { IdentityProvider, IdentityProviderInput, Preset, ProviderTest, PublicProvider } from '@/api/identity';

const POLL_MS = 1500;

export const identityProvidersQuery = queryOptions({
  queryKey: ['identity-providers', 'list'],
  queryFn: ({ signal }) => get<IdentityProvider[]>('/api/identity-providers', undefined, signal),
});

/** For the sign-in page; nobody is signed in. */
export const publicProvidersQuery = queryOptions({
  queryKey: ['identity-providers', 'public'],
  queryFn: ({ signal }) => get<PublicProvider[]>('/api/identity-providers/public', undefined, signal),
});

export const presetsQuery = queryOptions({
  queryKey: ['identity-providers', 'presets'],
  queryFn: ({ signal }) => get<Preset[]>('/api/identity-providers/presets', undefined, signal),
  staleTime: Infinity,
});

/** The log of a test; asked for again while a browser is on its way through the provider. */
export function testQuery(providerId: string, testId: string) {
  return queryOptions({
    queryKey: ['identity-providers', 'test', providerId, testId],
    queryFn: async ({ client, signal }) => {
      const url = `${path(providerId)}/tests/${encodeURIComponent(testId)}`;
      const test = await get<ProviderTest>(url, undefined, signal);
      // What works now says so in the list as well.
      if (test.state === 'passed') void client.invalidateQueries({ queryKey: identityProvidersQuery.queryKey });
      return test;
    },
    refetchInterval: (query) => (query.state.data?.state === 'waiting' ? POLL_MS : false),
  });
}

export function useTestProvider() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (id: string) => post<ProviderTest>(`${path(id)}/test`),
    onSuccess: (test, id) => client.setQueryData(testQuery(id, test.id).queryKey, test),
  });
}

export function useSaveProvider(id: string | null) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (provider: IdentityProviderInput) =>
      id === null
        ? post<IdentityProvider>('/api/identity-providers', provider)
        : put<IdentityProvider>(path(id), provider),
    onSuccess: () => client.invalidateQueries({ queryKey: ['identity-providers'] }),
  });
}

export function useDeleteProvider() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (id: string) => del(path(id)),
    onSuccess: () => client.invalidateQueries({ queryKey: ['identity-providers'] }),
  });
}

function path(id: string): string {
  return `/api/identity-providers/${encodeURIComponent(id)}`;
}
