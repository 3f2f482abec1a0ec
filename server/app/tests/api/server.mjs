// The program under test, and a key of its administrator.
import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import { once } from 'node:events';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { startArchestra } from '../clients/stack.mjs';

const password = 'a good password';

export async function start(extra = {}) {
  const scratch = mkdtempSync(join(tmpdir(), 'archestra-api-'));
  // Run as root, the database runs as another user, who has to get through.
  chmodSync(scratch, 0o711);
  const [registry, provider] = [await fakeRegistry(), await fakeProvider()];
  const app = await startArchestra({
    name: 'api',
    scratch,
    upstream: { openai: provider.url, anthropic: provider.url, gemini: provider.url },
    keys: {},
    extra: {
      ARCHESTRA_AUTH_ADMIN_PASSWORD: password,
      ARCHESTRA_LOGGING_LEVEL: 'info',
      ARCHESTRA_LOCAL_MODEL_SERVERS: 'false',
      ARCHESTRA_MCP_ALLOWED_NETWORKS: '127.0.0.0/8',
      ARCHESTRA_MCP_REGISTRY_URL: registry.url,
      DOCKER_HOST: `unix://${scratch}/no-engine`,
      ...extra,
    },
  });
  const { key } = await made(app.urls.api, app.urls.cookie, '/api/api-keys', { name: 'suite' });
  return {
    url: app.urls.api,
    ui: app.urls.ui,
    cookie: app.urls.cookie,
    key,
    data: app.env.ARCHESTRA_DATA_DIR,
    logFile: app.logFile,
    call: (method, path, body, headers = {}) => call(app.urls.api, key, method, path, body, headers),
    async stop() {
      await app.stop();
      registry.server.close();
      provider.server.close();
      rmSync(scratch, { recursive: true, force: true });
    },
  };
}

async function call(url, key, method, path, body, headers) {
  const response = await fetch(url + path, {
    method,
    headers: { authorization: key, ...(body !== undefined && { 'content-type': 'application/json' }), ...headers },
    body: body === undefined ? undefined : typeof body === 'string' ? body : JSON.stringify(body),
    redirect: 'manual',
    signal: AbortSignal.timeout(30_000),
  });
  const text = await response.text();
  return { status: response.status, headers: response.headers, text, json: parsed(text) };
}

function parsed(text) {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

async function made(url, cookie, path, body) {
  const response = await fetch(url + path, {
    method: 'POST',
    headers: { cookie, 'content-type': 'application/json', origin: url },
    body: JSON.stringify(body),
  });
  return response.json();
}

// The official MCP registry can't be reached from a test; this one speaks its API and has one server.
async function fakeRegistry() {
  const entry = {
    server: {
      name: 'com.example/weather',
      description: 'The weather.',
      version: '1.0.0',
      remotes: [{ type: 'streamable-http', url: 'https://mcp.example.com/' }],
    },
  };
  const { server, url } = await answering({ servers: [entry], metadata: { count: 1 } });
  return { server, url: `${url}/v0.1/servers` };
}

// A provider of models that takes every key, and lists one model, as all three of them write it.
function fakeProvider() {
  const model = { id: 'gpt-4o-mini', object: 'model', type: 'model', display_name: 'GPT-4o mini' };
  return answering({ object: 'list', data: [model], has_more: false, models: [{ name: 'models/gemini-2.5-flash' }] });
}

async function answering(body) {
  const server = createServer((_, response) => {
    response.setHeader('content-type', 'application/json');
    response.end(JSON.stringify(body));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return { server, url: `http://127.0.0.1:${server.address().port}` };
}
