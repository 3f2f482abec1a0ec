/** Chooses the reader by the recorded type; null where a call is no conversation. */
import { readAnthropicMessages } from '@/features/interactions/conversation/anthropic-messages';
import { readEmbeddings } from '@/features/interactions/conversation/embeddings';
import { readGeminiGenerate } from '@/features/interactions/conversation/gemini-generate';
import type { Conversation } from '@/features/interactions/conversation/model';
import { readOpenAiChat } from '@/features/interactions/conversation/openai-chat';
import { readOpenAiResponses } from '@/features/interactions/conversation/openai-responses';

type Reader = (request: unknown, response: unknown) => Conversation;

const READERS: [prefix: string, reader: Reader][] = [
  ['openai:chatCompletions', readOpenAiChat],
  ['openai:responses', readOpenAiResponses],
  ['openai:embeddings', readEmbeddings],
  ['anthropic:', readAnthropicMessages],
  ['gemini:', readGeminiGenerate],
];

export function readConversation(type: string, request: unknown, response: unknown): Conversation | null {
  const reader = READERS.find(([prefix]) => type.startsWith(prefix))?.[1];
  if (reader === undefined) return null;
  const conversation = reader(request, response);
  return conversation.messages.length + conversation.answers.length === 0 && conversation.error === null
    ? null
    : conversation;
}
