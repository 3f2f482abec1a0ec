import { queryOptions, useMutation, useQueryClient } from '@tanstack/react-query';
import { get, post } from '@/api/client';
import type { Token, UserToken } from '@/api/mcp';

/** The organization's token and those of the teams. */
export const tokensQuery = queryOptions({
  queryKey: ['tokens', 'shared'],
  queryFn: ({ signal }) => get<Token[]>('/api/tokens', undefined, signal),
});

export const userTokenQuery = queryOptions({
  queryKey: ['tokens', 'me'],
  queryFn: ({ signal }) => get<UserToken>('/api/user-tokens/me', undefined, signal),
});

/** Where a token's value is asked for: a person's own has a path of its own. */
export type TokenRef = { id: string; personal: boolean };

export function useRevealToken() {
  return useMutation({
    mutationFn: (token: TokenRef) => get<{ value: string }>(`${path(token)}/value`),
    // A value stays only as long as someone looks at it.
    gcTime: 0,
  });
}

export function useRotateToken() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (token: TokenRef) => post<{ value: string }>(`${path(token)}/rotate`),
    gcTime: 0,
    onSuccess: () => client.invalidateQueries({ queryKey: ['tokens'] }),
  });
}

function path({ id, personal }: TokenRef): string {
  return personal ? '/api/user-tokens/me' : `/api/tokens/${encodeURIComponent(id)}`;
}
