import {
  infiniteQueryOptions,
  keepPreviousData,
  queryOptions,
  useMutation,
  useQueryClient,
} from '@tanstack/react-query';
import { del, get, post, put } from '@/api/client';
import type { BuiltinCatalog, CatalogInput, CatalogItem, ImportReview, RegistryPage } from '@/api/mcp';

export const catalogQuery = queryOptions({
  queryKey: ['mcp-catalog', 'list'],
  queryFn: ({ signal }) => get<CatalogItem[]>('/api/internal_mcp_catalog', undefined, signal),
});

export function catalogItemQuery(id: string) {
  return queryOptions({
    queryKey: ['mcp-catalog', 'one', id],
    queryFn: ({ signal }) => get<CatalogItem>(path(id), undefined, signal),
  });
}

/** The curated entries that travel with the program; they change with its version only. */
export const builtinCatalogQuery = queryOptions({
  queryKey: ['mcp-catalog', 'builtin'],
  queryFn: ({ signal }) => get<BuiltinCatalog>('/api/mcp_catalog/builtin', undefined, signal),
  staleTime: 300_000,
});

/** The official registry, over the network. */
export function onlineRegistryQuery(query: string) {
  return infiniteQueryOptions({
    queryKey: ['mcp-catalog', 'online', query],
    queryFn: ({ pageParam, signal }) =>
      get<RegistryPage>('/api/mcp_catalog/registry', { search: query, cursor: pageParam }, signal),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (last) => last.nextCursor ?? undefined,
    placeholderData: keepPreviousData,
    staleTime: 300_000,
  });
}

export function useImport() {
  return useMutation({ mutationFn: (text: string) => post<ImportReview>('/api/mcp_catalog/import', { text }) });
}

export function useCreateItem() {
  const refresh = useRefreshCatalog();
  return useMutation({
    mutationFn: (input: CatalogInput) => post<CatalogItem>('/api/internal_mcp_catalog', input),
    onSuccess: refresh,
  });
}

export function useUpdateItem(id: string) {
  const refresh = useRefreshCatalog();
  return useMutation({
    mutationFn: (input: CatalogInput) => put<CatalogItem>(path(id), input),
    onSuccess: refresh,
  });
}

export function useDeleteItem() {
  const refresh = useRefreshCatalog();
  return useMutation({ mutationFn: (id: string) => del(path(id)), onSuccess: refresh });
}

function useRefreshCatalog() {
  const client = useQueryClient();
  return () =>
    Promise.all([
      client.invalidateQueries({ queryKey: ['mcp-catalog'] }),
      client.invalidateQueries({ queryKey: ['mcp-servers'] }),
      client.invalidateQueries({ queryKey: ['tools'] }),
    ]);
}

function path(id: string): string {
  return `/api/internal_mcp_catalog/${encodeURIComponent(id)}`;
}
