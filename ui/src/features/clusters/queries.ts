import { queryOptions, useMutation, useQueryClient } from '@tanstack/react-query';
import { del, get, post } from '@/api/client';
import type { Cluster, ClusterCheck, ClusterInput, KubeconfigReview, Runtime } from '@/api/mcp';

export const runtimesQuery = queryOptions({
  queryKey: ['runtimes'],
  queryFn: ({ signal }) => get<Runtime[]>('/api/runtimes', undefined, signal),
});

export const clustersQuery = queryOptions({
  queryKey: ['clusters'],
  queryFn: ({ signal }) => get<Cluster[]>('/api/clusters', undefined, signal),
});

/** Reads a file without keeping it; nothing in it is contacted or run. */
export function usePreviewKubeconfig() {
  return useMutation({
    mutationFn: (kubeconfig: string) => post<KubeconfigReview>('/api/clusters/preview', { kubeconfig }),
  });
}

export function useAddCluster() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (input: ClusterInput) => post<Cluster>('/api/clusters', input),
    onSuccess: () => client.invalidateQueries({ queryKey: clustersQuery.queryKey }),
  });
}

export function useCheckCluster(id: string) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: () => post<ClusterCheck>(`/api/clusters/${encodeURIComponent(id)}/check`),
    onSettled: () => client.invalidateQueries({ queryKey: clustersQuery.queryKey }),
  });
}

export function useDeleteCluster() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (id: string) => del(`/api/clusters/${encodeURIComponent(id)}`),
    onSuccess: () => client.invalidateQueries({ queryKey: clustersQuery.queryKey }),
  });
}
