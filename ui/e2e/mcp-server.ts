/**
 * A small MCP server, as one finds them at an address. Each path is a server of its own, so that tests do not see each
 * other's changes; a PUT on a path changes what its `echo` says it does.
 */
import { createServer, type IncomingMessage, type Server } from 'node:http';

type Rpc = { id?: unknown; method: string; params?: { protocolVersion?: string; name?: string; arguments?: Values } };
type Values = Record<string, unknown>;

const descriptions = new Map<string, string>();

export async function startMcpServer(port: number): Promise<Server> {
  const server = createServer((request, response) => {
    void (async () => {
      const path = request.url ?? '/';
      const body = await read(request);
      if (request.method === 'PUT') {
        descriptions.set(path, body);
        response.end();
        return;
      }
      if (request.method !== 'POST') {
        response.writeHead(405, { allow: 'POST' }).end();
        return;
      }
      const message = JSON.parse(body) as Rpc;
      if (message.id === undefined) {
        response.writeHead(202).end();
        return;
      }
      response.writeHead(200, { 'content-type': 'application/json' });
      response.end(JSON.stringify({ jsonrpc: '2.0', id: message.id, ...answer(message, path) }));
    })();
  });
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
  return server;
}

function answer({ method, params }: Rpc, path: string): { result: unknown } | { error: unknown } {
  switch (method) {
    case 'initialize':
      return {
        result: {
          protocolVersion: params?.protocolVersion ?? '2025-06-18',
          capabilities: { tools: {} },
          serverInfo: { name: 'e2e', version: '1.0.0' },
        },
      };
    case 'tools/list':
      return { result: { tools: tools(path) } };
    case 'tools/call':
      return call(params?.name, params?.arguments ?? {});
    case 'ping':
      return { result: {} };
    default:
      return { error: { code: -32601, message: `Method not found: ${method}` } };
  }
}

function tools(path: string): unknown[] {
  const text = { type: 'string', description: 'What to say' };
  const number = { type: 'number' };
  return [
    {
      name: 'echo',
      description: descriptions.get(path) ?? 'Says what it was told.',
      inputSchema: { type: 'object', properties: { text }, required: ['text'] },
    },
    {
      name: 'add',
      description: 'Adds two numbers.',
      inputSchema: { type: 'object', properties: { a: number, b: number }, required: ['a', 'b'] },
      annotations: { readOnlyHint: true },
    },
    { name: 'fail', description: 'Always fails.', inputSchema: { type: 'object' } },
  ];
}

function call(name: string | undefined, given: Values): { result: unknown } | { error: unknown } {
  const text = (value: string, isError = false) => ({ result: { content: [{ type: 'text', text: value }], isError } });
  switch (name) {
    case 'echo':
      return text(String(given['text']));
    case 'add':
      return text(String(Number(given['a']) + Number(given['b'])));
    case 'fail':
      return text('The moon is in the way.', true);
    default:
      return { error: { code: -32602, message: `Unknown tool: ${name ?? ''}` } };
  }
}

async function read(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString();
}
