import { queryOptions, useMutation, useQueryClient } from '@tanstack/react-query';
import { ApiError, get, post } from '@/api/client';
import type { CatalogInput, CatalogItem, InstallationRequest } from '@/api/mcp';
import { entryIn } from '@/features/installation-requests/wanted';

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

export type Verdict = { request: InstallationRequest; verdict: 'approve' | 'decline'; adminResponse: string };

/** Approving puts the server into the registry, where the request says enough for that. */
export function useDecideRequest() {
  return useRequestMutation(async ({ request, verdict, adminResponse }: Verdict) => {
    const entry = verdict === 'approve' ? entryIn(request) : null;
    const item = entry === null ? null : await added(entry);
    await post<InstallationRequest>(`${BASE}/${encodeURIComponent(request.id)}/${verdict}`, {
      adminResponse: adminResponse.trim() === '' ? undefined : adminResponse.trim(),
    });
    return item;
  });
}

/** Someone may have added it meanwhile; then that is the one. */
async function added(entry: CatalogInput): Promise<CatalogItem | null> {
  try {
    return await post<CatalogItem>('/api/internal_mcp_catalog', entry);
  } catch (error) {
    if (error instanceof ApiError && error.status === 409) return null;
    throw error;
  }
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
