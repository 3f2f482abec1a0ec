import { queryOptions, useMutation, useQueryClient } from '@tanstack/react-query';
import { del, get, patch, post, put } from '@/api/client';
import type {
  CallPolicy,
  DefaultsSet,
  PolicyCondition,
  PolicyOperator,
  PolicyProposals,
  ResultPolicy,
} from '@/api/policies';
import type { Organization } from '@/api/types';
import { organizationQuery } from '@/features/organization/queries';
import type { Action, GlobalPolicy, Kind } from '@/features/tool-policies/words';

/** Both kinds in one shape: their rows differ only in what the remark is called. */
export type Policy = {
  id: string;
  toolId: string;
  conditions: PolicyCondition[];
  action: Action;
  note: string | null;
};

const PATHS: Record<Kind, string> = {
  call: '/api/autonomy-policies/tool-invocation',
  result: '/api/trusted-data-policies',
};
const DEFAULTS: Record<Kind, string> = {
  call: '/api/tool-invocation/bulk-default',
  result: '/api/trusted-data-policies/bulk-default',
};
/** A model reads each tool, one after the other. */
const PATIENCE_MS = 3 * 60_000;

export const callPoliciesQuery = queryOptions({
  queryKey: ['tool-policies', 'call'],
  queryFn: async ({ signal }): Promise<Policy[]> =>
    (await get<CallPolicy[]>(PATHS.call, undefined, signal)).map(({ reason, ...policy }) => ({
      ...policy,
      note: reason,
    })),
});

export const resultPoliciesQuery = queryOptions({
  queryKey: ['tool-policies', 'result'],
  queryFn: async ({ signal }): Promise<Policy[]> =>
    (await get<ResultPolicy[]>(PATHS.result, undefined, signal)).map(({ description, ...policy }) => ({
      ...policy,
      note: description,
    })),
});

export const operatorsQuery = queryOptions({
  queryKey: ['tool-policies', 'operators'],
  queryFn: ({ signal }) => get<PolicyOperator[]>('/api/autonomy-policies/operators', undefined, signal),
  staleTime: Infinity,
});

export type PolicyDraft = Omit<Policy, 'id'>;

export function useSavePolicy(kind: Kind, id: string | undefined) {
  const refresh = useRefreshPolicies();
  return useMutation({
    mutationFn: ({ note, ...draft }: PolicyDraft) => {
      const body = { ...draft, [kind === 'call' ? 'reason' : 'description']: note };
      return id === undefined ? post(PATHS[kind], body) : put(`${PATHS[kind]}/${encodeURIComponent(id)}`, body);
    },
    onSuccess: refresh,
  });
}

export function useDeletePolicy(kind: Kind) {
  const refresh = useRefreshPolicies();
  return useMutation({
    mutationFn: (id: string) => del(`${PATHS[kind]}/${encodeURIComponent(id)}`),
    onSuccess: refresh,
  });
}

/** One default for many tools, in place of those they have. */
export function useSetDefaults(kind: Kind) {
  const refresh = useRefreshPolicies();
  return useMutation({
    mutationFn: (input: { toolIds: string[]; action: Action }) => post<DefaultsSet>(DEFAULTS[kind], input),
    onSuccess: refresh,
  });
}

/** A model is asked for the defaults of these tools, and they are set. */
export function propose(toolIds: string[]): Promise<PolicyProposals> {
  return post<PolicyProposals>('/api/agent-tools/auto-configure-policies', { toolIds }, PATIENCE_MS);
}

export function useSetGlobalPolicy() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (globalToolPolicy: GlobalPolicy) =>
      patch<Organization>('/api/organization/security-settings', { globalToolPolicy }),
    onSuccess: (organization) => client.setQueryData(organizationQuery.queryKey, organization),
  });
}

export function useRefreshPolicies() {
  const client = useQueryClient();
  return () =>
    Promise.all([
      client.invalidateQueries({ queryKey: ['tool-policies'] }),
      client.invalidateQueries({ queryKey: ['tools'] }),
    ]);
}
