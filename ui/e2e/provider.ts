/** Stands in for OpenAI, Anthropic and Google: outside systems that no test may call. */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';

const PIXEL = 'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==';
export { PIXEL };

export function startProvider(port: number): Promise<Server> {
  const server = createServer((request, response) => void answer(request, response));
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', () => resolve(server));
  });
}

async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  const path = request.url ?? '';
  const text = Buffer.concat(chunks).toString();
  if (text.includes('please fail'))
    return json(response, 529, { type: 'error', error: { type: 'overloaded_error', message: 'Overloaded' } });
  if (request.method === 'GET' && path.split('?')[0]?.endsWith('/models')) return models(request, response);
  if (path.endsWith('/chat/completions')) return json(response, 200, chatCompletion(text));
  if (path.endsWith('/responses')) return json(response, 200, RESPONSE);
  if (path.endsWith('/messages'))
    return text.includes('"stream":true') ? stream(response, ANTHROPIC_EVENTS) : json(response, 200, ANTHROPIC);
  if (path.includes(':generateContent')) return json(response, 200, GEMINI);
  json(response, 404, { error: { message: `nothing at ${path}`, type: 'not_found' } });
}

/** Lists what a key may use, as each of the three does, and refuses a wrong one in its words. */
function models({ headers, url }: IncomingMessage, response: ServerResponse): void {
  const key = String(headers['x-api-key'] ?? headers['x-goog-api-key'] ?? headers.authorization ?? url);
  const wrong = key.includes('wrong');
  if ('x-api-key' in headers) {
    return wrong
      ? json(response, 401, { type: 'error', error: { type: 'authentication_error', message: 'invalid x-api-key' } })
      : json(response, 200, ANTHROPIC_MODELS);
  }
  if (url?.startsWith('/v1beta/')) {
    return wrong
      ? json(response, 400, { error: { code: 400, message: 'API key not valid.', status: 'INVALID_ARGUMENT' } })
      : json(response, 200, GEMINI_MODELS);
  }
  const message = 'Incorrect API key provided: sk-w***ong.';
  return wrong
    ? json(response, 401, { error: { message, type: 'invalid_request_error', code: 'invalid_api_key' } })
    : json(response, 200, OPENAI_MODELS);
}

function json(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { 'content-type': 'application/json' });
  response.end(JSON.stringify(body));
}

function stream(response: ServerResponse, events: [name: string, data: unknown][]): void {
  response.writeHead(200, { 'content-type': 'text/event-stream' });
  for (const [name, data] of events) response.write(`event: ${name}\ndata: ${JSON.stringify(data)}\n\n`);
  response.end();
}

function chatCompletion(request: string): unknown {
  const { model } = JSON.parse(request) as { model: string };
  return {
    id: 'chatcmpl-1',
    object: 'chat.completion',
    created: 1,
    model,
    choices: [
      { index: 0, message: { role: 'assistant', content: 'Oslo is the capital of Norway.' }, finish_reason: 'stop' },
    ],
    usage: {
      prompt_tokens: 1200,
      completion_tokens: 340,
      total_tokens: 1540,
      prompt_tokens_details: { cached_tokens: 1000 },
    },
  };
}

const OPENAI_MODELS = {
  object: 'list',
  data: ['gpt-5', 'gpt-5-mini', 'text-embedding-3-small', 'gpt-unpriced-e2e'].map((id) => ({
    id,
    object: 'model',
    created: 1_754_000_000,
    owned_by: 'openai',
  })),
};

const ANTHROPIC_MODELS = {
  data: [
    { type: 'model', id: 'claude-haiku-4-5', display_name: 'Claude Haiku 4.5', created_at: '2025-10-01T00:00:00Z' },
  ],
  has_more: false,
  first_id: 'claude-haiku-4-5',
  last_id: 'claude-haiku-4-5',
};

const GEMINI_MODELS = {
  models: [
    {
      name: 'models/gemini-2.5-flash',
      displayName: 'Gemini 2.5 Flash',
      inputTokenLimit: 1_048_576,
      supportedGenerationMethods: ['generateContent'],
    },
  ],
};

const RESPONSE = {
  id: 'resp_1',
  object: 'response',
  status: 'completed',
  model: 'gpt-5-mini',
  output: [
    {
      type: 'message',
      id: 'msg_1',
      role: 'assistant',
      status: 'completed',
      content: [{ type: 'output_text', text: 'There is one file.', annotations: [] }],
    },
  ],
  usage: { input_tokens: 50, output_tokens: 9, total_tokens: 59 },
};

const GEMINI = {
  candidates: [{ content: { role: 'model', parts: [{ text: 'Three degrees and clear.' }] }, finishReason: 'STOP' }],
  usageMetadata: { promptTokenCount: 40, candidatesTokenCount: 8, totalTokenCount: 48 },
  modelVersion: 'gemini-2.5-flash',
};

const ANTHROPIC = {
  id: 'msg_01',
  type: 'message',
  role: 'assistant',
  model: 'claude-haiku-4-5',
  content: [{ type: 'text', text: 'I will fix the date.' }],
  stop_reason: 'end_turn',
  usage: { input_tokens: 12, output_tokens: 7 },
};

const ANTHROPIC_EVENTS: [string, unknown][] = [
  [
    'message_start',
    {
      type: 'message_start',
      message: {
        id: 'msg_01',
        type: 'message',
        role: 'assistant',
        model: 'claude-haiku-4-5',
        content: [],
        stop_reason: null,
        usage: { input_tokens: 412, cache_read_input_tokens: 18_000, output_tokens: 1 },
      },
    },
  ],
  [
    'content_block_start',
    { type: 'content_block_start', index: 0, content_block: { type: 'thinking', thinking: '', signature: '' } },
  ],
  [
    'content_block_delta',
    { type: 'content_block_delta', index: 0, delta: { type: 'thinking_delta', thinking: 'The date decides.' } },
  ],
  [
    'content_block_delta',
    { type: 'content_block_delta', index: 0, delta: { type: 'signature_delta', signature: 'c2ln' } },
  ],
  ['content_block_stop', { type: 'content_block_stop', index: 0 }],
  ['content_block_start', { type: 'content_block_start', index: 1, content_block: { type: 'text', text: '' } }],
  [
    'content_block_delta',
    { type: 'content_block_delta', index: 1, delta: { type: 'text_delta', text: 'I will fix the date.' } },
  ],
  ['content_block_stop', { type: 'content_block_stop', index: 1 }],
  [
    'content_block_start',
    {
      type: 'content_block_start',
      index: 2,
      content_block: { type: 'tool_use', id: 'toolu_02', name: 'Edit', input: {} },
    },
  ],
  [
    'content_block_delta',
    {
      type: 'content_block_delta',
      index: 2,
      delta: { type: 'input_json_delta', partial_json: '{"file_path":"/src/invoice.ts"}' },
    },
  ],
  ['content_block_stop', { type: 'content_block_stop', index: 2 }],
  ['message_delta', { type: 'message_delta', delta: { stop_reason: 'tool_use' }, usage: { output_tokens: 88 } }],
  ['message_stop', { type: 'message_stop' }],
];
