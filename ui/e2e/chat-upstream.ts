/**
 * The upstreams of the chat: aimock, written by others, speaks the three dialects. A pipe before it notes when a marked
 * word leaves it, so that the way of that word to the page can be measured, and holds answers where a test says so.
 */
import { EventEmitter, once } from 'node:events';
import { createServer, type IncomingMessage, request, type Server, type ServerResponse } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Fixture, LLMock } from '@copilotkit/aimock';

export type ChatUpstream = {
  port: number;
  mock: LLMock;
  /** When the pipe sent this word on, in milliseconds since 1970. */
  sentAt: (word: string) => number | undefined;
  /** Answers to what holds these words come slowly, and only as far as they are let. */
  hold: (words: string) => Held;
  stop: () => Promise<void>;
};

/** An answer in the hands of a test: it stands still until as many more of its events are let through. */
export type Held = { let: (events: number) => void };

const WORD = /Marker-\d+/g;
/** Slow enough for a page to be left and loaded while words come in. */
const PACE = 40;

export async function startChatUpstream(): Promise<ChatUpstream> {
  const mock = new LLMock({ port: 0, host: '127.0.0.1', logLevel: 'warn', chunkSize: 24 });
  await mock.start();
  const sent = new Map<string, number>();
  const gates = new Map<string, Gate>();
  const pipe = createServer((incoming, outgoing) => {
    let asked = '';
    const onward = request(
      { host: '127.0.0.1', port: mock.port, path: incoming.url, method: incoming.method, headers: incoming.headers },
      (answer) => {
        outgoing.writeHead(answer.statusCode ?? 502, answer.headers);
        const gate = [...gates].find(([words]) => asked.includes(words))?.[1];
        relay(answer, outgoing, async (event) => {
          await gate?.pass();
          for (const [word] of event.matchAll(WORD)) if (!sent.has(word)) sent.set(word, Date.now());
        }).catch(() => outgoing.destroy());
      },
    );
    onward.on('error', () => outgoing.destroy());
    outgoing.on('close', () => onward.destroy());
    incoming.on('data', (chunk: Buffer) => (asked += chunk.toString()));
    incoming.pipe(onward);
  });
  const port = await listen(pipe);
  return {
    port,
    mock,
    sentAt: (word) => sent.get(word),
    hold: (words) => {
      const gate = new Gate();
      gates.set(words, gate);
      return gate;
    },
    stop: async () => {
      pipe.closeAllConnections();
      pipe.close();
      await mock.stop();
    },
  };
}

class Gate implements Held {
  #left = 0;
  readonly #doors = new EventEmitter();

  let(events: number): void {
    this.#left += events;
    this.#doors.emit('open');
  }

  async pass(): Promise<void> {
    while (this.#left <= 0) await once(this.#doors, 'open');
    this.#left -= 1;
    await sleep(PACE);
  }
}

/** Event by event, byte for byte. */
async function relay(
  answer: IncomingMessage,
  outgoing: ServerResponse,
  before: (event: string) => Promise<void>,
): Promise<void> {
  answer.setEncoding('latin1');
  let rest = '';
  for await (const chunk of answer as AsyncIterable<string>) {
    rest += chunk;
    for (let end = rest.indexOf('\n\n'); end >= 0; end = rest.indexOf('\n\n')) {
      const event = rest.slice(0, end + 2);
      rest = rest.slice(end + 2);
      await before(event);
      outgoing.write(event, 'latin1');
    }
  }
  outgoing.end(rest, 'latin1');
}

/** What the model answers to a message that holds these words. */
export function answers(mock: LLMock, words: string, content: string, options: Partial<Fixture> = {}): void {
  mock.addFixture({
    match: { userMessage: words, hasToolResult: false },
    response: { content, usage: USAGE },
    ...options,
  });
}

export type Call = { name: string; arguments: unknown };

/** What it answers by calling tools first, all at once, and then with words. */
export function callsThen(mock: LLMock, words: string, calls: Call[], content: string): void {
  mock.addFixture({
    match: { userMessage: words, hasToolResult: false },
    response: {
      toolCalls: calls.map((call, index) => ({
        id: `call_${words.replace(/\W+/g, '_')}_${index}`,
        name: call.name,
        arguments: JSON.stringify(call.arguments),
      })),
      usage: USAGE,
    },
  });
  mock.addFixture({ match: { userMessage: words, hasToolResult: true }, response: { content, usage: USAGE } });
}

/** Answers `w1 w2 …`, as far as the test lets it. */
export function answersSlowly(
  { mock, hold }: ChatUpstream,
  words: string,
  count: number,
  letter = 'w',
): Held & { content: string } {
  const content = Array.from({ length: count }, (_, index) => `${letter}${index + 1}`).join(' ');
  answers(mock, words, content, { chunkSize: 4 });
  const held = hold(words);
  return { content, let: (events) => held.let(events) };
}

const USAGE = { input_tokens: 1200, output_tokens: 80 };

function listen(server: Server): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      if (typeof address === 'object' && address) resolve(address.port);
      else reject(new Error('no port'));
    });
  });
}
