import { describe, expect, it } from 'vitest';
import type { ConversationDetail, Message, Run } from '@/api/chat';
import { ThreadStore } from '@/features/chat/thread-store';

const RUN: Run = { id: 'r', messageId: 'a1', status: 'running', startedAt: '', finishedAt: null };

function message(id: string, parentId: string | null, role: Message['role'] = 'assistant'): Message {
  return { id, parentId, role, parts: [], createdAt: '', metadata: { status: 'complete' } };
}

function detail(change: Partial<ConversationDetail> = {}): ConversationDetail {
  return {
    id: 'c',
    title: null,
    agentId: 'agent',
    agent: { id: 'agent', name: 'Agent' },
    promptId: null,
    provider: 'openai',
    organizationId: 'o',
    userId: 'u',
    selectedModel: 'm',
    systemPrompt: null,
    approvalMode: 'destructive',
    hasCustomToolSelection: false,
    enabledToolIds: [],
    leafMessageId: 'a1',
    run: RUN,
    createdAt: '',
    updatedAt: '',
    messages: [message('u1', null, 'user'), message('a1', 'u1')],
    lastEventId: 10,
    context: {
      model: 'm',
      limit: null,
      system: 0,
      tools: 0,
      history: 0,
      attachments: 0,
      used: 0,
      free: null,
      exact: false,
    },
    cost: null,
    ...change,
  };
}

function textOf(store: ThreadStore, id: string): string {
  return (
    store
      .message(id)
      ?.parts.map((part) => (part.type === 'text' ? part.text : ''))
      .join('') ?? ''
  );
}

describe('an open conversation', () => {
  it('takes each event once, however often it is sent', () => {
    const store = new ThreadStore(detail());
    store.apply(10, { type: 'text-delta', id: 't', delta: 'old' });
    store.apply(11, { type: 'text-delta', id: 't', delta: 'new' });
    store.apply(11, { type: 'text-delta', id: 't', delta: 'new' });
    expect(textOf(store, 'a1')).toBe('new');
  });

  it('keeps what came by events when an older reading arrives late', () => {
    const store = new ThreadStore(detail());
    store.apply(11, { type: 'text-delta', id: 't', delta: 'new' });
    store.load(detail());
    expect(textOf(store, 'a1')).toBe('new');
    store.load(detail({ lastEventId: 12, title: 'Read anew' }));
    expect(store.snapshot().conversation.title).toBe('Read anew');
  });

  it('does not empty an answer whose first words were faster than the answer to the request', () => {
    const store = new ThreadStore(detail({ run: null }));
    const turn = {
      run: { ...RUN, messageId: 'a2' },
      userMessage: message('u2', 'a1', 'user'),
      message: message('a2', 'u2'),
    };
    store.apply(11, { type: 'data-run', data: turn });
    store.apply(12, { type: 'text-delta', id: 't', delta: 'Quick' });
    store.begin({ ...turn, lastEventId: 10 });
    expect(textOf(store, 'a2')).toBe('Quick');
    expect(store.snapshot().path).toEqual(['u1', 'a1', 'u2', 'a2']);
  });

  it('shows one branch and knows the versions of each message', () => {
    const store = new ThreadStore(detail());
    const run = { ...RUN, messageId: 'a2' };
    store.apply(11, { type: 'data-run', data: { run, userMessage: null, message: message('a2', 'u1') } });
    expect(store.snapshot().path).toEqual(['u1', 'a2']);
    expect(store.snapshot().versions.get('a2')).toEqual(['a1', 'a2']);
    store.change({ ...store.snapshot().conversation, leafMessageId: 'a1' });
    expect(store.snapshot().path).toEqual(['u1', 'a1']);
  });

  it('goes on where it was left', () => {
    const store = new ThreadStore(detail());
    store.apply(11, { type: 'text-delta', id: 't', delta: 'Half ' });
    const again = new ThreadStore(store.detail());
    again.apply(12, { type: 'text-delta', id: 't', delta: 'whole' });
    expect(textOf(again, 'a1')).toBe('Half whole');
  });

  it('tells of a word at once, and of those of the same frame together', () => {
    const store = new ThreadStore(detail());
    let told = 0;
    store.subscribe(() => (told += 1));
    for (let id = 11; id < 60; id++) store.apply(id, { type: 'text-delta', id: 't', delta: '.' });
    expect(told).toBeGreaterThan(0);
    expect(told).toBeLessThan(10);
  });
});
