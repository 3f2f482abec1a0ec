/** What can be done with a conversation; every refusal is kept until the next attempt, where it can be read. */
import { useMemo, useState } from 'react';
import type { Message, Turn, TurnInput } from '@/api/chat';
import { causeOf } from '@/components/ui/states';
import { ApiError } from '@/api/client';
import { resumeTurn, startTurn, stopRun, useChangeConversation } from '@/features/chat/queries';
import type { ThreadStore } from '@/features/chat/thread-store';

export type Refusal = { message: string; type: string };

export type ThreadActions = {
  conversationId: string;
  /** An answer is being written. */
  busy: boolean;
  refusal: Refusal | null;
  dismiss: () => void;
  send: (input: TurnInput) => Promise<boolean>;
  edit: (message: Message, text: string) => Promise<boolean>;
  regenerate: (messageId: string) => void;
  resume: () => void;
  stop: () => void;
  choose: (messageId: string) => void;
};

export function useThreadActions(conversationId: string, store: ThreadStore, busy: boolean): ThreadActions {
  const [refusal, setRefusal] = useState<Refusal | null>(null);
  const { mutateAsync: change } = useChangeConversation();
  return useMemo(() => {
    async function attempt<T>(work: () => Promise<T>, done?: (result: T) => void): Promise<boolean> {
      setRefusal(null);
      try {
        const result = await work();
        done?.(result);
        return true;
      } catch (error) {
        setRefusal(refusalOf(error));
        return false;
      }
    }
    const turn = (work: () => Promise<Turn>) => attempt(work, (result) => store.begin(result));
    return {
      conversationId,
      busy,
      refusal,
      dismiss: () => setRefusal(null),
      send: (input) => turn(() => startTurn(conversationId, input)),
      edit: (message, text) =>
        turn(() =>
          startTurn(conversationId, { text, parentId: message.parentId, attachmentIds: attachmentIdsOf(message) }),
        ),
      regenerate: (messageId) => void turn(() => startTurn(conversationId, { regenerate: messageId })),
      resume: () => void turn(() => resumeTurn(conversationId)),
      stop: () => void attempt(() => stopRun(conversationId)),
      choose: (messageId) =>
        void attempt(
          () => change({ id: conversationId, change: { leafMessageId: messageId } }),
          (conversation) => store.change(conversation),
        ),
    };
  }, [conversationId, store, busy, refusal, change]);
}

export function refusalOf(error: unknown): Refusal {
  return { message: causeOf(error), type: error instanceof ApiError ? error.type : 'unknown_error' };
}

function attachmentIdsOf(message: Message): string[] {
  return message.parts.flatMap((part) => (part.type === 'file' ? [part.attachmentId] : []));
}
