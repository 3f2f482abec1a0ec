/** Embeddings: texts in, vectors out; of a vector only its length is worth reading. */
import { errorText, list, object, settingsOf } from '@/features/interactions/conversation/json';
import type { Conversation, Message } from '@/features/interactions/conversation/model';
import { pluralize } from '@/lib/format';

export function readEmbeddings(request: unknown, response: unknown): Conversation {
  const asked = object(request);
  const texts = (typeof asked['input'] === 'string' ? [asked['input']] : list(asked['input'])).filter(
    (text) => typeof text === 'string',
  );
  const vectors = list(object(response)['data']).map((item) => object(item)['embedding']);
  const length = Array.isArray(vectors[0]) ? vectors[0].length : null;
  const summary =
    length === null
      ? pluralize(vectors.length, 'vector')
      : `${pluralize(vectors.length, 'vector')} of ${length} numbers`;
  return {
    messages: texts.map((text): Message => ({ role: 'user', parts: [{ kind: 'text', text }] })),
    answers: vectors.length > 0 ? [{ role: 'assistant', parts: [{ kind: 'text', text: summary }] }] : [],
    tools: [],
    settings: settingsOf(asked, ['dimensions', 'encoding_format']),
    stopReason: null,
    error: errorText(response),
  };
}
