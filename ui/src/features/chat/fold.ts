/** What an event of a run makes of the answer so far. Pure. */
import type { Chunk, Message, MessagePart, ReasoningPart, TextPart, ToolPart } from '@/api/chat';

export function withChunk(message: Message, chunk: Chunk): Message {
  switch (chunk.type) {
    case 'start-step':
      return withPart(message, { type: 'step-start' });
    case 'text-start':
      return withPart(message, { type: 'text', id: chunk.id, text: '', state: 'streaming' });
    case 'reasoning-start':
      return withPart(message, { type: 'reasoning', id: chunk.id, text: '', state: 'streaming' });
    case 'text-delta':
      return withWords(message, 'text', chunk.id, chunk.delta);
    case 'reasoning-delta':
      return withWords(message, 'reasoning', chunk.id, chunk.delta);
    case 'text-end':
      return withEnd(message, 'text', chunk.id);
    case 'reasoning-end':
      return withEnd(message, 'reasoning', chunk.id);
    case 'tool-input-start':
      return withTool(message, chunk.toolCallId, { toolName: chunk.toolName, state: 'input-streaming', inputText: '' });
    case 'tool-input-delta':
      return changeTool(message, chunk.toolCallId, (part) => ({
        ...part,
        inputText: `${part.inputText ?? ''}${chunk.inputTextDelta}`,
      }));
    case 'tool-input-available':
      return withTool(message, chunk.toolCallId, {
        toolName: chunk.toolName,
        state: 'input-available',
        input: chunk.input,
      });
    case 'tool-approval-request':
      return withTool(message, chunk.toolCallId, { state: 'approval-requested', approval: { id: chunk.approvalId } });
    case 'tool-output-denied':
      return withTool(message, chunk.toolCallId, { state: 'output-denied' });
    case 'tool-output-available':
      return withTool(message, chunk.toolCallId, { state: 'output-available', output: chunk.output });
    case 'tool-output-error':
      return withTool(message, chunk.toolCallId, { state: 'output-error', errorText: chunk.errorText });
    case 'data-tool':
      return withTool(message, chunk.data.toolCallId, chunk.data);
    case 'data-elicitation':
      return withTool(message, chunk.data.toolCallId, { elicitation: chunk.data });
    case 'data-usage':
      return withMetadata(message, { usage: chunk.data.usage });
    case 'data-status':
      return withMetadata(message, { status: chunk.data.status === 'waiting' ? 'waiting' : 'streaming' });
    case 'data-error':
      return withMetadata(message, { error: chunk.data });
    case 'data-run-end':
      return settled(withMetadata(message, chunk.data.message.metadata));
    default:
      // The others say nothing that the last event of the run does not say.
      return message;
  }
}

function withPart(message: Message, part: MessagePart): Message {
  return { ...message, parts: [...message.parts, part] };
}

function withMetadata(message: Message, change: Partial<Message['metadata']>): Message {
  return { ...message, metadata: { ...message.metadata, ...change } };
}

type Words = TextPart | ReasoningPart;

/** The part an event speaks of: by its id, or the last of its kind, which is what a reload brought without ids. */
function wordsAt(message: Message, type: Words['type'], id: string): number {
  const byId = message.parts.findLastIndex((part) => part.type === type && part.id === id);
  if (byId >= 0) return byId;
  return message.parts.findLastIndex((part) => part.type === type && part.id === undefined && part.state !== 'done');
}

function withWords(message: Message, type: Words['type'], id: string, delta: string): Message {
  const at = wordsAt(message, type, id);
  if (at < 0) return withPart(message, { type, id, text: delta, state: 'streaming' });
  return replaced(message, at, (part) => (part.type === type ? { ...part, text: part.text + delta } : part));
}

function withEnd(message: Message, type: Words['type'], id: string): Message {
  const at = wordsAt(message, type, id);
  return at < 0 ? message : replaced(message, at, (part) => (part.type === type ? { ...part, state: 'done' } : part));
}

function withTool(message: Message, toolCallId: string, change: Partial<ToolPart>): Message {
  const known = message.parts.some((part) => part.type === 'dynamic-tool' && part.toolCallId === toolCallId);
  if (known) return changeTool(message, toolCallId, (part) => ({ ...part, ...change }));
  return withPart(message, {
    toolName: 'tool',
    state: 'input-streaming',
    ...change,
    type: 'dynamic-tool',
    toolCallId,
  });
}

function changeTool(message: Message, toolCallId: string, change: (part: ToolPart) => ToolPart): Message {
  const at = message.parts.findIndex((part) => part.type === 'dynamic-tool' && part.toolCallId === toolCallId);
  return at < 0 ? message : replaced(message, at, (part) => (part.type === 'dynamic-tool' ? change(part) : part));
}

function replaced(message: Message, at: number, change: (part: MessagePart) => MessagePart): Message {
  return { ...message, parts: message.parts.map((part, index) => (index === at ? change(part) : part)) };
}

/** After the run nothing is written any more, however it ended. */
function settled(message: Message): Message {
  return {
    ...message,
    parts: message.parts.map((part) =>
      (part.type === 'text' || part.type === 'reasoning') && part.state === 'streaming'
        ? { ...part, state: 'done' }
        : part,
    ),
  };
}
