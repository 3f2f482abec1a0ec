// Traces at a real collector: one for a chat turn with its model and tool calls, whoever began it.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { chmodSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { after, before, test } from 'node:test';
import { fileURLToPath } from 'node:url';

import { startArchestra, startMock } from '../clients/stack.mjs';
import { startCollector } from './collector.mjs';

const here = dirname(fileURLToPath(import.meta.url));
const scratch = mkdtempSync(join(tmpdir(), 'archestra-operate-'));
// Run as root, the database runs as another user, who has to get through.
chmodSync(scratch, 0o711);
const key = 'sk-test-key';
let collector, mock, fixture, app;

before(async () => {
  [collector, mock, fixture] = await Promise.all([startCollector(scratch), startMock(join(here, 'fixtures')), startFixture()]);
  app = await start('traces');
});

after(async () => {
  await app?.stop();
  await Promise.all([collector?.stop(), mock?.stop()]);
  fixture?.child.kill();
  rmSync(scratch, { recursive: true, force: true });
});

test('a chat turn is one trace: the caller, the request, the answer, its model calls and its tool call', async () => {
  const parent = traceparent();
  const { agent, conversation } = await converse('Call the tool', parent);
  // Model calls are told by the recorder, some time after they have ended.
  const isTold = (spans) => spans.some(is('chat Traced')) && spans.filter(is('chat gpt-5')).length >= 2;
  const spans = await until(() => collector.spans(parent.trace), isTold);
  const one = (name) => {
    const found = spans.filter(is(name));
    assert.equal(found.length, 1, `${name} among ${describe(spans)}`);
    return found[0];
  };
  const request = one('POST /api/chat/conversations/{id}/turns');
  const turn = one('chat Traced');
  const tool = one('execute_tool traced__test_simple_text');
  const models = spans.filter((span) => is('chat gpt-5')(span) && span.parent_id === turn.context.span_id);
  assert.equal(models.length, 2, describe(spans));
  assert.equal(request.parent_id, parent.span);
  assert.equal(turn.parent_id, request.context.span_id);
  assert.equal(tool.parent_id, turn.context.span_id);

  const told = models.map((span) => span.attributes['gen_ai.usage.input_tokens']).sort();
  assert.deepEqual(told, [64, 83]);
  for (const span of [turn, tool, ...models]) {
    assert.equal(span.attributes['gen_ai.conversation.id'], conversation, span.name);
    assert.equal(span.attributes['gen_ai.agent.id'], agent, span.name);
    assert.equal(span.attributes['gen_ai.agent.name'], 'Traced', span.name);
  }
  assert.equal(models[0].attributes['gen_ai.provider.name'], 'openai');
  assert.equal(models[0].attributes['gen_ai.request.streaming'], true);
  assert.equal(tool.attributes['gen_ai.tool.name'], 'traced__test_simple_text');
  assert.equal(tool.attributes['gen_ai.tool.call.id'], 'call_1');
  assert.equal(tool.attributes['mcp.server.name'], 'traced');
  assert.equal(tool.attributes['mcp.is_error_result'], false);
  const metrics = await (await fetch(app.metrics, { headers: { authorization: 'Bearer archestra-metrics-secret', accept: 'application/openmetrics-text' } })).text();
  for (const name of ['llm_request_duration_seconds_bucket', 'mcp_tool_call_duration_seconds_bucket']) {
    const found = metrics.split('\n').some((line) => line.startsWith(name) && line.includes(`trace_id="${parent.trace}"`));
    assert.ok(found, `${name} has an exemplar of this trace`);
  }
  for (const span of models) {
    assert.ok(Date.parse(span.start_time) >= Date.parse(turn.start_time), 'a model call begins within its turn');
    assert.ok(Date.parse(span.end_time) <= Date.parse(turn.end_time), 'a model call ends within its turn');
  }
});

test('what is said stays out of traces, and goes in where it was asked for', async () => {
  const all = JSON.stringify(await collector.spans());
  for (const said of ['Call the tool', 'The tool has answered', 'simple text', key]) assert.ok(!all.includes(said), `“${said}” is in a span`);
  const telling = await start('telling', { ARCHESTRA_OTEL_CAPTURE_CONTENT: 'true', ARCHESTRA_OTEL_CONTENT_MAX_LENGTH: '40' });
  try {
    const parent = traceparent();
    await complete(telling, parent);
    const [span] = await until(() => collector.spans(parent.trace), (spans) => spans.some(is('chat gpt-5')), (spans) => spans.filter(is('chat gpt-5')));
    const events = Object.fromEntries(span.events.map((event) => [event.name, event.attributes]));
    assert.equal(events['gen_ai.content.prompt']['gen_ai.prompt'].length, 40);
    assert.ok(events['gen_ai.content.completion']['gen_ai.completion'].startsWith('{'));
  } finally {
    await telling.stop();
  }
});

test('the caller decides whether a trace is told, and the log names those that are', async () => {
  const [told, untold] = [traceparent(), traceparent('00')];
  await complete(app, untold);
  await complete(app, told);
  await complete(app, told, 'archestra_no_such_key', 401);
  await until(() => collector.spans(told.trace), (spans) => spans.filter(({ name }) => name.startsWith('chat')).length === 2);
  assert.deepEqual(await collector.spans(untold.trace), []);
  const lines = readFileSync(app.logFile, 'utf8').split('\n');
  assert.ok(lines.some((line) => line.includes(told.trace)), 'a line of the call that failed has its trace');
});

test('a collector that is away costs no request, is told of once, and gets what comes after it is back', async () => {
  await collector.stop();
  const answers = await Promise.all(Array.from({ length: 200 }, () => complete(app, traceparent())));
  assert.equal(answers.length, 200);
  await until(() => readFileSync(app.logFile, 'utf8'), (log) => log.includes('traces cannot be delivered'));
  collector = await startCollector(scratch, collector.port);
  const parent = traceparent();
  await complete(app, parent);
  await until(() => collector.spans(parent.trace), (spans) => spans.length > 0);
  const log = readFileSync(app.logFile, 'utf8');
  assert.equal(log.split('traces cannot be delivered').length, 2);
  assert.ok(log.includes('traces are delivered again'));
});

function start(name, extra = {}) {
  return startArchestra({
    name,
    scratch,
    upstream: { openai: `${mock.url}/v1`, anthropic: mock.url, gemini: mock.url },
    keys: { openai: key },
    extra: {
      ARCHESTRA_OTEL_EXPORTER_OTLP_ENDPOINT: collector.url,
      ARCHESTRA_MCP_ALLOWED_NETWORKS: '127.0.0.0/8',
      ARCHESTRA_LOGGING_LEVEL: 'info',
      DOCKER_HOST: `unix://${scratch}/no-engine`,
      ...extra,
    },
  });
}

async function startFixture() {
  const child = spawn(join(dirname(process.env.ARCHESTRA_BIN), 'mcp-fixture'), { stdio: ['ignore', 'pipe', 'inherit'] });
  const [line] = await once(child.stdout, 'data');
  return { child, url: String(line).trim() };
}

// An agent with a tool, and one turn of a conversation with it.
async function converse(text, parent) {
  const agent = await call('POST', '/api/agents', { name: 'Traced', teams: [] });
  const item = await call('POST', '/api/internal_mcp_catalog', { name: 'traced', serverType: 'remote', serverUrl: fixture.url });
  await call('POST', '/api/mcp_server', { catalogId: item.id, name: 'traced', agentIds: [agent.id] });
  await until(() => call('GET', `/api/agents/${agent.id}/tools`), (tools) => JSON.stringify(tools).includes('test_simple_text'));
  const conversation = await call('POST', '/api/chat/conversations', { agentId: agent.id, selectedModel: 'gpt-5', provider: 'openai', approvalMode: 'never' });
  await call('POST', `/api/chat/conversations/${conversation.id}/turns`, { text }, parent);
  const done = (detail) => detail.messages.some(({ role, metadata }) => role === 'assistant' && metadata.status !== 'streaming');
  const detail = await until(() => call('GET', `/api/chat/conversations/${conversation.id}`), done);
  const answer = detail.messages.find(({ role }) => role === 'assistant');
  assert.equal(answer.metadata.status, 'complete', JSON.stringify(answer));
  return { agent: agent.id, conversation: conversation.id };
}

async function call(method, path, body, parent) {
  const headers = { cookie: app.urls.cookie, origin: app.urls.api, ...(parent && { traceparent: parent.header }) };
  if (body) headers['content-type'] = 'application/json';
  const response = await fetch(app.urls.api + path, { method, headers, body: body && JSON.stringify(body) });
  const answered = await response.text();
  assert.ok(response.ok, `${method} ${path}: ${response.status} ${answered}`);
  return answered && JSON.parse(answered);
}

async function complete(server, parent, bearer = key, status = 200) {
  const response = await fetch(`${server.urls.openai}/chat/completions`, {
    method: 'POST',
    headers: { authorization: `Bearer ${bearer}`, 'content-type': 'application/json', traceparent: parent.header },
    body: JSON.stringify({ model: 'gpt-5', messages: [{ role: 'user', content: 'Say hello' }] }),
  });
  const body = await response.text();
  assert.equal(response.status, status, body);
  return body;
}

function traceparent(flags = '01') {
  const [trace, span] = [randomBytes(16).toString('hex'), randomBytes(8).toString('hex')];
  return { trace, span, header: `00-${trace}-${span}-${flags}` };
}

const is = (name) => (span) => span.name === name;
const describe = (spans) => JSON.stringify(spans.map(({ name, context, parent_id }) => [name, context.span_id, parent_id]));

async function until(look, holds, take = (found) => found) {
  const deadline = Date.now() + 30_000;
  for (;;) {
    const found = await look();
    if (holds(found)) return take(found);
    assert.ok(Date.now() < deadline, `not within 30 s; at last ${Array.isArray(found) ? describeAny(found) : String(found).slice(-1000)}`);
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
}

const describeAny = (found) => (found[0]?.context ? describe(found) : JSON.stringify(found).slice(0, 1000));
