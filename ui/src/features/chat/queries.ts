import { keepPreviousData, queryOptions, useMutation, useQueryClient } from '@tanstack/react-query';
import { del, get, patch, post, put } from '@/api/client';
import type {
  ChatModel,
  ChatStatus,
  ChatTool,
  Conversation,
  ConversationChange,
  ConversationDetail,
  ConversationInput,
  ConversationSummary,
  Turn,
  TurnInput,
} from '@/api/chat';

const LIST_LIMIT = 200;
/** While somewhere an answer is being written, the list says when it is done. */
const WATCH_MS = 2000;

export function conversationUrl(id: string, rest = ''): string {
  return `/api/chat/conversations/${encodeURIComponent(id)}${rest}`;
}

export function conversationsQuery(search: string) {
  return queryOptions({
    queryKey: ['chat', 'conversations', search],
    queryFn: ({ signal }) =>
      get<ConversationSummary[]>('/api/chat/conversations', { search, limit: LIST_LIMIT }, signal),
    placeholderData: keepPreviousData,
    refetchInterval: ({ state }) => (state.data?.some(isActive) ? WATCH_MS : false),
  });
}

export function conversationQuery(id: string) {
  return queryOptions({
    queryKey: ['chat', 'conversation', id],
    queryFn: ({ signal }) => get<ConversationDetail>(conversationUrl(id), undefined, signal),
    // What was seen before shows at once, and is read anew behind it.
    staleTime: 0,
    refetchOnMount: 'always',
    refetchOnWindowFocus: false,
  });
}

export function chatStatusQuery(agentId: string | undefined) {
  return queryOptions({
    queryKey: ['chat', 'status', agentId ?? 'default'],
    queryFn: ({ signal }) => get<ChatStatus>('/api/chat/status', { agentId }, signal),
    placeholderData: keepPreviousData,
  });
}

export function modelsQuery(agentId: string | undefined) {
  return queryOptions({
    queryKey: ['chat', 'models', agentId ?? 'default'],
    queryFn: ({ signal }) => get<ChatModel[]>('/api/chat/models', { agentId }, signal),
    staleTime: 60_000,
  });
}

export function chatToolsQuery(agentId: string) {
  return queryOptions({
    queryKey: ['chat', 'tools', agentId],
    queryFn: ({ signal }) =>
      get<ChatTool[]>(`/api/chat/agents/${encodeURIComponent(agentId)}/mcp-tools`, undefined, signal),
  });
}

export function wholeCallQuery(conversationId: string, messageId: string, toolCallId: string) {
  return queryOptions({
    queryKey: ['chat', 'call', conversationId, messageId, toolCallId],
    queryFn: ({ signal }) =>
      get<{ input: unknown; output: unknown; errorText: string | null }>(
        conversationUrl(
          conversationId,
          `/messages/${encodeURIComponent(messageId)}/tool-calls/${encodeURIComponent(toolCallId)}`,
        ),
        undefined,
        signal,
      ),
    staleTime: Infinity,
  });
}

export function isActive({ run }: Pick<Conversation, 'run'>): boolean {
  return run !== null && (run.status === 'running' || run.status === 'waiting');
}

export const createConversation = (input: ConversationInput) => post<Conversation>('/api/chat/conversations', input);
export const startTurn = (id: string, input: TurnInput) => post<Turn>(conversationUrl(id, '/turns'), input);
export const resumeTurn = (id: string) => post<Turn>(conversationUrl(id, '/resume'));
export const stopRun = (id: string) => post(conversationUrl(id, '/stop'));

export function decide(
  id: string,
  toolCallId: string,
  body: { approved: boolean; reason?: string; remember?: boolean },
) {
  return post(conversationUrl(id, `/approvals/${encodeURIComponent(toolCallId)}`), body);
}

export function answerElicitation(
  id: string,
  elicitationId: string,
  body: { action: 'accept' | 'decline' | 'cancel'; content?: Record<string, unknown> },
) {
  return post(conversationUrl(id, `/elicitations/${encodeURIComponent(elicitationId)}`), body);
}

export function useChangeConversation() {
  const refresh = useRefreshList();
  return useMutation({
    mutationFn: ({ id, change }: { id: string; change: ConversationChange }) =>
      patch<Conversation>(conversationUrl(id), change),
    onSuccess: refresh,
  });
}

export function useChooseTools() {
  return useMutation({
    mutationFn: ({ id, toolIds }: { id: string; toolIds: string[] | null }) =>
      toolIds === null
        ? del<{ hasCustomSelection: boolean; enabledToolIds: string[] }>(conversationUrl(id, '/enabled-tools'))
        : put<{ hasCustomSelection: boolean; enabledToolIds: string[] }>(conversationUrl(id, '/enabled-tools'), {
            toolIds,
          }),
  });
}

export function useDeleteConversation() {
  const client = useQueryClient();
  const refresh = useRefreshList();
  return useMutation({
    mutationFn: (id: string) => del(conversationUrl(id)),
    onSuccess: (_, id) => {
      client.removeQueries({ queryKey: ['chat', 'conversation', id] });
      return refresh();
    },
  });
}

/** A model server on this machine becomes a provider like any other. */
export function useAddLocalServer() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (server: { name: string; provider: string; baseUrl: string }) =>
      post('/api/llm-provider-api-keys', { ...server, isOrganizationDefault: true }),
    onSuccess: () => client.invalidateQueries({ queryKey: ['chat'] }),
  });
}

export function useRefreshList() {
  const client = useQueryClient();
  return () => client.invalidateQueries({ queryKey: ['chat', 'conversations'] });
}
