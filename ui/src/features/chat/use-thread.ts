/** A conversation that stays in step with the server while it is looked at. */
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useEffect, useState, useSyncExternalStore } from 'react';
import type { Chunk, Conversation, ConversationDetail } from '@/api/chat';
import { ApiError } from '@/api/client';
import { conversationQuery, conversationUrl } from '@/features/chat/queries';
import { type Thread, ThreadStore } from '@/features/chat/thread-store';

const RETRY_MS = 1500;
/** The list comes after the words: what changes it comes in bunches, right before the first of them. */
const LIST_MS = 400;

export type OpenThread = { store: ThreadStore | null; error: Error | null; refetch: () => void };

/** The store lives as long as the page shows this conversation; mount it with the id as key. */
export function useThreadStore(id: string): OpenThread {
  const client = useQueryClient();
  const query = useQuery(conversationQuery(id));
  const [store, setStore] = useState<ThreadStore | null>(() => {
    const known = client.getQueryData(conversationQuery(id).queryKey);
    return known === undefined ? null : new ThreadStore(known);
  });
  const { data } = query;
  if (store === null && data !== undefined) setStore(new ThreadStore(data));

  useEffect(() => {
    if (store !== null && data !== undefined) store.load(data);
  }, [store, data]);

  useEffect(() => {
    if (store === null) return;
    const key = conversationQuery(id).queryKey;
    const close = follow(id, store, {
      read: () => client.fetchQuery({ ...conversationQuery(id), staleTime: 0 }),
      onListed: () => void client.invalidateQueries({ queryKey: ['chat', 'conversations'] }),
    });
    return () => {
      close();
      client.setQueryData(key, store.detail());
    };
  }, [client, id, store]);

  // What is gone is said to be, whatever is still remembered of it.
  const gone = query.error instanceof ApiError && query.error.status === 404;
  const error = query.isLoadingError || gone ? query.error : null;
  return { store, error, refetch: () => void query.refetch() };
}

export function useThread(store: ThreadStore): Thread {
  return useSyncExternalStore(store.subscribe, store.snapshot);
}

export function useConversation(store: ThreadStore): Conversation {
  return useSyncExternalStore(store.subscribe, () => store.snapshot().conversation);
}

type Handlers = { read: () => Promise<ConversationDetail>; onListed: () => void };

/** These change what the list of conversations shows. */
const LISTED: readonly Chunk['type'][] = ['data-run', 'data-title', 'data-run-end'];

function follow(id: string, store: ThreadStore, { read, onListed }: Handlers): () => void {
  let source: EventSource;
  let retry: ReturnType<typeof setTimeout> | undefined;
  let listed: ReturnType<typeof setTimeout> | undefined;
  let closed = false;
  function connect() {
    source = new EventSource(conversationUrl(id, `/events?after=${store.lastEventId}`));
    source.onmessage = (event: MessageEvent<string>) => {
      const chunk = JSON.parse(event.data) as Chunk;
      store.apply(Number(event.lastEventId), chunk);
      if (!LISTED.includes(chunk.type)) return;
      clearTimeout(listed);
      listed = setTimeout(onListed, LIST_MS);
    };
    source.addEventListener('reset', () => readAnew(0));
    // A connection that broke off goes on by itself, after the last event; one that was refused does not.
    source.onerror = () => {
      if (source.readyState === EventSource.CLOSED) readAnew(RETRY_MS);
    };
  }
  function readAnew(wait: number) {
    source.close();
    retry = setTimeout(() => {
      read().then(
        (detail) => {
          if (closed) return;
          store.forget();
          store.load(detail);
          connect();
        },
        (error: unknown) => {
          if (!closed && !(error instanceof ApiError && error.status === 404)) readAnew(RETRY_MS);
        },
      );
    }, wait);
  }
  connect();
  return () => {
    closed = true;
    clearTimeout(retry);
    source.close();
    if (listed !== undefined) {
      clearTimeout(listed);
      onListed();
    }
  };
}
