import { queryOptions, useMutation, useQueryClient } from '@tanstack/react-query';
import { del, get, post, put } from '@/api/client';
import type { TokenPrice, TokenPriceInput, UnpricedModel } from '@/api/types';

export const tokenPricesQuery = queryOptions({
  queryKey: ['token-prices', 'list'],
  queryFn: () => get<TokenPrice[]>('/api/token-prices'),
});

export const unpricedQuery = queryOptions({
  queryKey: ['token-prices', 'unpriced'],
  queryFn: () => get<UnpricedModel[]>('/api/token-prices/unpriced'),
});

export type PriceDraft = Required<TokenPriceInput>;

export function useSavePrice(id: string | undefined) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (draft: PriceDraft) =>
      id === undefined
        ? post<TokenPrice>('/api/token-prices', draft)
        : put<TokenPrice>(`/api/token-prices/${id}`, draft),
    onSuccess: () => client.invalidateQueries({ queryKey: ['token-prices'] }),
  });
}

/** Removes a price of one's own; where a built-in one exists, that one counts again. */
export function useDeletePrice() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (id: string) => del(`/api/token-prices/${id}`),
    onSuccess: () => client.invalidateQueries({ queryKey: ['token-prices'] }),
  });
}
