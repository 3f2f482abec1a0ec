import { queryOptions, useMutation, useQueryClient } from '@tanstack/react-query';
import { get, post } from '@/api/client';
import type { CatalogInput, InstallationRequest } from '@/api/mcp';

const BASE = '/api/mcp_server_installation_requests';

export const requestsQuery = queryOptions({
  queryKey: ['installation-requests'],
  queryFn: ({ signal }) => get<InstallationRequest[]>(BASE, undefined, signal),
});

export type NewRequest = {
  externalCatalogId: string | null;
  customServerConfig: CatalogInput | null;
  requestReason: string | null;
};

export function useAskForServer() {
  return useRequestMutation((input: NewRequest) => post<InstallationRequest>(BASE, input));
}

export type Verdict = { id: string; verdict: 'approve' | 'decline'; adminResponse: string };

export function useDecideRequest() {
  return useRequestMutation(({ id, verdict, adminResponse }: Verdict) =>
    post<InstallationRequest>(`${BASE}/${encodeURIComponent(id)}/${verdict}`, {
      adminResponse: adminResponse.trim() === '' ? undefined : adminResponse.trim(),
    }),
  );
}

export function useAddNote(id: string) {
  return useRequestMutation((content: string) =>
    post<InstallationRequest>(`${BASE}/${encodeURIComponent(id)}/notes`, { content }),
  );
}

function useRequestMutation<Input, Output>(mutationFn: (input: Input) => Promise<Output>) {
  const client = useQueryClient();
  return useMutation({
    mutationFn,
    onSuccess: () =>
      Promise.all([
        client.invalidateQueries({ queryKey: requestsQuery.queryKey }),
        client.invalidateQueries({ queryKey: ['mcp-catalog'] }),
      ]),
  });
}
