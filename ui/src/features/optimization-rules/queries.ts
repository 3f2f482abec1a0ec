import { queryOptions, useMutation, useQueryClient } from '@tanstack/react-query';
import { del, get, post, put } from '@/api/client';
import type { CostSavings, OptimizationRule, OptimizationRuleInput } from '@/api/policies';

const PATH = '/api/optimization-rules';

export const optimizationRulesQuery = queryOptions({
  queryKey: ['optimization-rules', 'list'],
  queryFn: ({ signal }) => get<OptimizationRule[]>(PATH, undefined, signal),
});

export const savingsQuery = queryOptions({
  queryKey: ['optimization-rules', 'savings'],
  queryFn: ({ signal }) => get<CostSavings>('/api/statistics/cost-savings', { timeframe: '30d' }, signal),
  retry: false,
});

export function useSaveRule(id: string | undefined) {
  const refresh = useRefreshRules();
  return useMutation({
    mutationFn: (input: Partial<OptimizationRuleInput>) =>
      id === undefined ? post<OptimizationRule>(PATH, input) : put<OptimizationRule>(path(id), input),
    onSuccess: refresh,
  });
}

export function useDeleteRule() {
  const refresh = useRefreshRules();
  return useMutation({ mutationFn: (id: string) => del(path(id)), onSuccess: refresh });
}

/** The order is the age, so that a rule goes behind the others by being made anew. */
export function useMoveBehind() {
  const refresh = useRefreshRules();
  return useMutation({
    mutationFn: async ({ id, entityType, entityId, provider, targetModel, conditions, enabled }: OptimizationRule) => {
      await post(PATH, { entityType, entityId, provider, targetModel, conditions, enabled });
      await del(path(id));
    },
    onSettled: refresh,
  });
}

function useRefreshRules() {
  const client = useQueryClient();
  return () => client.invalidateQueries({ queryKey: ['optimization-rules'] });
}

function path(id: string): string {
  return `${PATH}/${encodeURIComponent(id)}`;
}
