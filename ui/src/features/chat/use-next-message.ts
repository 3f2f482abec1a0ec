/** A message written while an answer is still coming: it is sent when its turn has come. */
import { useEffect, useEffectEvent, useState } from 'react';
import { draftOf, keepDraft } from '@/features/chat/draft';

export type NextMessage = { text: string; set: (text: string) => void };

export function useNextMessage(
  conversationId: string,
  busy: boolean,
  send: (text: string) => Promise<boolean>,
): NextMessage {
  const key = `${conversationId}.next`;
  const [text, setText] = useState(() => draftOf(key));
  function set(next: string) {
    setText(next);
    keepDraft(key, next);
  }
  const sendNext = useEffectEvent(async () => {
    // What is refused waits here, and the refusal says why.
    if (text !== '' && (await send(text))) set('');
  });
  useEffect(() => {
    if (busy) return;
    const turn = setTimeout(() => void sendNext());
    return () => clearTimeout(turn);
  }, [busy]);
  return { text, set };
}
