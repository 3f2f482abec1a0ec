/**
 * One open conversation: what the server told once, and every event since. Rows listen to their own message only, so
 * that a word that arrives draws one row anew however long the conversation is.
 */
import type { Chunk, Context, Conversation, ConversationDetail, Message, Turn } from '@/api/chat';
import { pathTo, versions } from '@/features/chat/branches';
import { withChunk } from '@/features/chat/fold';

/** What changes seldom: all but the words of the messages. */
export type Thread = {
  conversation: Conversation;
  /** From the first message to the last of the branch one reads. */
  path: readonly string[];
  versions: ReadonlyMap<string, readonly string[]>;
  context: Context;
  cost: string | null;
};

/** A screen shows no more than this many pictures a second. */
const FRAME_MS = 16;

export class ThreadStore {
  private messages = new Map<string, Message>();
  private thread: Thread;
  private answering: string | null = null;
  private eventId = 0;
  private readonly listeners = new Set<() => void>();
  private toldAt = 0;
  private timer: ReturnType<typeof setTimeout> | undefined;

  constructor(detail: ConversationDetail) {
    this.thread = this.read(detail);
  }

  get lastEventId(): number {
    return this.eventId;
  }

  /** What was read again; older than the events that came meanwhile, it is left. */
  load(detail: ConversationDetail): void {
    if (detail.lastEventId < this.eventId) return;
    this.thread = this.read(detail);
    this.tell();
  }

  /** The server does not know the events we ask after; whatever is read next is the truth. */
  forget(): void {
    this.eventId = -1;
  }

  snapshot = (): Thread => this.thread;

  message = (id: string): Message | undefined => this.messages.get(id);

  subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };

  /** As the query cache keeps it, for the way back to this conversation. */
  detail(): ConversationDetail {
    const { conversation, context, cost } = this.thread;
    return { ...conversation, context, cost, messages: [...this.messages.values()], lastEventId: this.eventId };
  }

  change(conversation: Conversation): void {
    this.thread = { ...this.thread, conversation };
    this.walk();
    this.tell();
  }

  /** A turn that this page began; its events may have been faster than the answer. */
  begin({ run, userMessage, message }: Turn): void {
    if (!this.messages.has(message.id)) this.start(run, userMessage, message);
  }

  apply(eventId: number, chunk: Chunk): void {
    if (eventId <= this.eventId) return;
    this.eventId = eventId;
    switch (chunk.type) {
      case 'data-run':
        this.start(chunk.data.run, chunk.data.userMessage, chunk.data.message);
        return;
      case 'start':
        this.answering = chunk.messageId;
        return;
      case 'data-title':
        this.patch({ conversation: { ...this.thread.conversation, title: chunk.data.title } });
        return;
      case 'data-usage':
        this.patch({ context: chunk.data.context, cost: chunk.data.cost });
        break;
      case 'data-status':
        this.patchRun({ status: chunk.data.status });
        break;
      case 'data-run-end':
        this.answering = chunk.data.message.id;
        this.patchRun(chunk.data.run);
        break;
      default:
    }
    const before = this.answering === null ? undefined : this.messages.get(this.answering);
    if (before === undefined) return;
    const after = withChunk(before, chunk);
    if (after === before) return;
    this.messages.set(after.id, after);
    this.tellSoon();
  }

  private start(run: Conversation['run'], userMessage: Message | null, message: Message): void {
    if (userMessage !== null) this.messages.set(userMessage.id, userMessage);
    this.messages.set(message.id, message);
    this.answering = message.id;
    this.patch({ conversation: { ...this.thread.conversation, run, leafMessageId: message.id } });
    this.walk();
    this.tell();
  }

  private read(detail: ConversationDetail): Thread {
    const { messages, lastEventId, context, cost, ...conversation } = detail;
    this.messages = new Map(messages.map((message) => [message.id, message]));
    this.eventId = lastEventId;
    this.answering = conversation.run?.messageId ?? null;
    return {
      conversation,
      path: pathTo(this.messages, conversation.leafMessageId),
      versions: versions(this.messages),
      context,
      cost,
    };
  }

  private walk(): void {
    const path = pathTo(this.messages, this.thread.conversation.leafMessageId);
    this.thread = { ...this.thread, path, versions: versions(this.messages) };
  }

  private patch(change: Partial<Thread>): void {
    this.thread = { ...this.thread, ...change };
    this.tellSoon();
  }

  private patchRun(change: Partial<NonNullable<Conversation['run']>>): void {
    const { conversation } = this.thread;
    if (conversation.run !== null)
      this.patch({ conversation: { ...conversation, run: { ...conversation.run, ...change } } });
  }

  /** The first word shows at once; those that follow within a frame come together. */
  private tellSoon(): void {
    if (this.timer !== undefined) return;
    const wait = this.toldAt + FRAME_MS - performance.now();
    if (wait <= 0) this.tell();
    else this.timer = setTimeout(() => this.tell(), wait);
  }

  private tell(): void {
    clearTimeout(this.timer);
    this.timer = undefined;
    this.toldAt = performance.now();
    for (const listener of this.listeners) listener();
  }
}
