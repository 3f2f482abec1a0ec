/**
 * The upstreams of the chat: aimock, written by others, speaks the three dialects. A pipe before it notes when a marked
 * word leaves it, so that the way of that word to the page can be measured.
 */
import { createServer, request, type Server } from 'node:http';
import { type Fixture, LLMock } from '@copilotkit/aimock';

export type ChatUpstream = {
  port: number;
  mock: LLMock;
  /** When the pipe sent this word on, in milliseconds since 1970. */
  sentAt: (word: string) => number | undefined;
  stop: () => Promise<void>;
};

const WORD = /Marker-\d+/g;

export async function startChatUpstream(): Promise<ChatUpstream> {
  const mock = new LLMock({ port: 0, host: '127.0.0.1', logLevel: 'warn', chunkSize: 24 });
  await mock.start();
  const sent = new Map<string, number>();
  const pipe = createServer((incoming, outgoing) => {
    const onward = request(
      { host: '127.0.0.1', port: mock.port, path: incoming.url, method: incoming.method, headers: incoming.headers },
      (answer) => {
        outgoing.writeHead(answer.statusCode ?? 502, answer.headers);
        answer.on('data', (chunk: Buffer) => {
          for (const [word] of chunk.toString().matchAll(WORD)) if (!sent.has(word)) sent.set(word, Date.now());
          outgoing.write(chunk);
        });
        answer.on('end', () => outgoing.end());
        answer.on('close', () => outgoing.destroy());
      },
    );
    onward.on('error', () => outgoing.destroy());
    outgoing.on('close', () => onward.destroy());
    incoming.pipe(onward);
  });
  const port = await listen(pipe);
  return {
    port,
    mock,
    sentAt: (word) => sent.get(word),
    stop: async () => {
      pipe.closeAllConnections();
      pipe.close();
      await mock.stop();
    },
  };
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

/** `w1 w2 …`, slow enough to do something meanwhile. */
export function slowWords(count: number): { content: string; slow: Partial<Fixture> } {
  const content = Array.from({ length: count }, (_, index) => `w${index + 1}`).join(' ');
  return { content, slow: { chunkSize: 4, streamingProfile: { ttft: 20, tps: 12 } } };
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
