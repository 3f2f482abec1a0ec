import { describe, expect, it } from 'vitest';
import type { Chunk, Message } from '@/api/chat';
import { withChunk } from '@/features/chat/fold';

const EMPTY: Message = {
  id: 'a',
  parentId: 'u',
  role: 'assistant',
  parts: [],
  createdAt: '2026-01-01T00:00:00Z',
  metadata: { status: 'streaming' },
};

function after(chunks: Chunk[], start = EMPTY): Message {
  return chunks.reduce(withChunk, start);
}

describe('the events of a run', () => {
  it('become words, step by step', () => {
    const message = after([
      { type: 'start-step' },
      { type: 'reasoning-start', id: 'r' },
      { type: 'reasoning-delta', id: 'r', delta: 'Hm.' },
      { type: 'reasoning-end', id: 'r' },
      { type: 'text-start', id: 't' },
      { type: 'text-delta', id: 't', delta: 'Hel' },
      { type: 'text-delta', id: 't', delta: 'lo' },
    ]);
    expect(message.parts).toEqual([
      { type: 'step-start' },
      { type: 'reasoning', id: 'r', text: 'Hm.', state: 'done' },
      { type: 'text', id: 't', text: 'Hello', state: 'streaming' },
    ]);
  });

  it('go on with the text that a reload brought without its id', () => {
    const reloaded: Message = { ...EMPTY, parts: [{ type: 'text', text: 'Hel', state: 'streaming' }] };
    expect(after([{ type: 'text-delta', id: 't', delta: 'lo' }], reloaded).parts).toEqual([
      { type: 'text', text: 'Hello', state: 'streaming' },
    ]);
  });

  it('do not append to a text that has ended', () => {
    const reloaded: Message = { ...EMPTY, parts: [{ type: 'text', text: 'Before.', state: 'done' }] };
    expect(after([{ type: 'text-delta', id: 't', delta: 'After.' }], reloaded).parts).toHaveLength(2);
  });

  it('carry a call from its first letter to its result', () => {
    const written = after([
      { type: 'tool-input-start', toolCallId: 'c', toolName: 'x__echo' },
      { type: 'tool-input-delta', toolCallId: 'c', inputTextDelta: '{"te' },
      { type: 'tool-input-delta', toolCallId: 'c', inputTextDelta: 'xt":1}' },
    ]);
    expect(written.parts).toMatchObject([{ state: 'input-streaming', inputText: '{"text":1}' }]);
    const asked = after(
      [
        { type: 'tool-input-available', toolCallId: 'c', toolName: 'x__echo', input: { text: 1 } },
        { type: 'tool-approval-request', toolCallId: 'c', approvalId: 'p' },
      ],
      written,
    );
    expect(asked.parts).toMatchObject([{ state: 'approval-requested', approval: { id: 'p' }, input: { text: 1 } }]);
    const done = after(
      [
        { type: 'tool-output-available', toolCallId: 'c', output: { content: [] } },
        { type: 'data-tool', data: { toolCallId: 'c', durationMs: 12, truncated: true, outputSize: 90_000 } },
      ],
      asked,
    );
    expect(done.parts).toMatchObject([{ state: 'output-available', durationMs: 12, truncated: true }]);
    expect(done.parts).toHaveLength(1);
  });

  it('keep parallel calls apart', () => {
    const message = after([
      { type: 'tool-input-available', toolCallId: 'a', toolName: 'x__a', input: {} },
      { type: 'tool-input-available', toolCallId: 'b', toolName: 'x__b', input: {} },
      { type: 'tool-output-error', toolCallId: 'b', errorText: 'no' },
      { type: 'tool-output-denied', toolCallId: 'a' },
    ]);
    expect(message.parts).toMatchObject([
      { toolCallId: 'a', state: 'output-denied' },
      { toolCallId: 'b', state: 'output-error', errorText: 'no' },
    ]);
  });

  it('leave nothing half written when the run ends, however it ends', () => {
    const metadata = { status: 'interrupted' as const };
    const run = { id: 'r', messageId: 'a', status: 'interrupted' as const, startedAt: '', finishedAt: null };
    const message = after([
      { type: 'text-start', id: 't' },
      { type: 'text-delta', id: 't', delta: 'Half' },
      { type: 'data-run-end', data: { run, message: { id: 'a', metadata } } },
    ]);
    expect(message.parts).toMatchObject([{ text: 'Half', state: 'done' }]);
    expect(message.metadata.status).toBe('interrupted');
  });

  it('that nobody knows yet change nothing', () => {
    expect(withChunk(EMPTY, { type: 'data-from-the-future' } as unknown as Chunk)).toBe(EMPTY);
  });
});
