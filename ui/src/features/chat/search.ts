import { type RawSearch, text } from '@/lib/search-params';

/** With whom a new conversation starts. */
export type NewChatSearch = { agent?: string; prompt?: string };

export function newChatSearch(search: RawSearch): NewChatSearch {
  return { agent: text(search, 'agent'), prompt: text(search, 'prompt') };
}

/** Which message of a conversation is shown first. */
export type ConversationSearch = { message?: string };

export function conversationSearch(search: RawSearch): ConversationSearch {
  return { message: text(search, 'message') };
}
