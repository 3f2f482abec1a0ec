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
    if (text === '') return;
    // An answer may be over before its request is: what waits is taken once, not once an end.
    set('');
    // What is refused waits here again, and the refusal says why.
    if (!(await send(text))) set(text);
  });
  useEffect(() => {
    if (busy) return;
    const turn = setTimeout(() => void sendNext());
    return () => clearTimeout(turn);
  }, [busy]);
  return { text, set };
}
