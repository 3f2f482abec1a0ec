import { queryOptions, useMutation, useQueryClient } from '@tanstack/react-query';
import { del, get, patch, post } from '@/api/client';
import type { Prompt, PromptInput } from '@/api/chat';

export const promptsQuery = queryOptions({
  queryKey: ['prompts', 'list'],
  queryFn: ({ signal }) => get<Prompt[]>('/api/prompts', undefined, signal),
});

export function promptVersionsQuery(id: string) {
  return queryOptions({
    queryKey: ['prompts', 'versions', id],
    queryFn: ({ signal }) => get<Prompt[]>(promptUrl(id, '/versions'), undefined, signal),
  });
}

export function useSavePrompt(id: string | null) {
  const refresh = useRefreshPrompts();
  return useMutation({
    mutationFn: (input: PromptInput) =>
      id === null ? post<Prompt>('/api/prompts', input) : patch<Prompt>(promptUrl(id), input),
    onSuccess: refresh,
  });
}

export function useRollBack(id: string) {
  const refresh = useRefreshPrompts();
  return useMutation({
    mutationFn: (versionId: string) => post<Prompt>(promptUrl(id, '/rollback'), { versionId }),
    onSuccess: refresh,
  });
}

export function useDeletePrompt() {
  const refresh = useRefreshPrompts();
  return useMutation({ mutationFn: (id: string) => del(promptUrl(id)), onSuccess: refresh });
}

function promptUrl(id: string, rest = ''): string {
  return `/api/prompts/${encodeURIComponent(id)}${rest}`;
}

function useRefreshPrompts() {
  const client = useQueryClient();
  return () => client.invalidateQueries({ queryKey: ['prompts'] });
}
