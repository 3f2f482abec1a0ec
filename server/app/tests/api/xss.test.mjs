// 200 scripts that are stored and read back: what answers is never a page that would run one.
import assert from 'node:assert/strict';
import test, { after, before } from 'node:test';

import { start } from './server.mjs';
import { inputs } from './xss.mjs';

let server;
before(async () => (server = await start({ ARCHESTRA_API_RATE_LIMIT: '0' })));
after(() => server.stop());

// A browser takes it for data: it says so, nobody guesses otherwise, and even as a page it may run nothing.
function harmless({ headers, text }, said) {
  assert.match(
    headers.get('content-type') ?? '',
    /^(application\/(json|octet-stream|x-ndjson|yaml)|text\/(plain|csv|markdown))/,
    `${said}: ${text.slice(0, 200)}`,
  );
  assert.equal(headers.get('x-content-type-options'), 'nosniff', said);
  const policy = headers.get('content-security-policy') ?? '';
  assert.match(policy, /script-src 'self'|default-src 'none'|sandbox/, said);
  assert.doesNotMatch(policy, /unsafe-inline|unsafe-eval|\*/, said);
}

test('there are 200 of them', () => assert.equal(new Set(inputs).size, 200));

test('stored, they come back as they were, as data', { timeout: 300_000 }, async () => {
  const agent = (await server.call('GET', '/api/agents/default')).json;
  const kinds = [
    [
      '/api/agents',
      (text) => ({
        name: text,
        description: text,
        systemPrompt: text,
        labels: [{ key: text.slice(0, 100), value: text.slice(0, 200) }],
      }),
    ],
    ['/api/teams', (text) => ({ name: text, description: text })],
    ['/api/prompts', (text) => ({ name: text, agentId: agent.id, userPrompt: text })],
    [
      '/api/internal_mcp_catalog',
      (text) => ({ name: text, description: text, serverType: 'remote', serverUrl: 'https://mcp.example.com/' }),
    ],
    ['/api/chat/conversations', (text) => ({ title: text, agentId: agent.id })],
  ];
  for (const [index, text] of inputs.entries()) {
    const [path, body] = kinds[index % kinds.length];
    const made = await server.call('POST', path, body(text));
    assert.equal(made.status, 200, `${path}: ${made.text}`);
    harmless(made, `POST ${path}`);
    const read = await server.call('GET', `${path}/${made.json.id}`);
    harmless(read, `GET ${path}`);
    const seen = read.json.name ?? read.json.title ?? read.json.conversation?.title;
    // Titles of conversations are kept without blanks around them.
    assert.equal(seen.trim(), text.trim(), path);
  }
  for (const [path] of kinds) harmless(await server.call('GET', path), `GET ${path}`);
});

test('in what they are told back at once, they are data, too', async () => {
  for (const text of inputs) {
    const coded = encodeURIComponent(text);
    for (const path of [
      `/api/${coded}`,
      `/api/agents/${coded}`,
      `/api/agents?sortDirection=${coded}`,
      `/api/roles/${coded}`,
    ]) {
      const answer = await server.call('GET', path);
      assert.ok(answer.status >= 400 && answer.status < 500, `${path}: ${answer.status}`);
      harmless(answer, path);
    }
  }
});

test('an attachment that is a page or a picture with a script is given back to be saved, not shown', async () => {
  for (const [index, text] of inputs.entries()) {
    const [name, type] = index % 2 ? ['a.html', 'text/html'] : ['a.svg', 'image/svg+xml'];
    const upload = await server.call('POST', `/api/chat/attachments?filename=${name}`, `<html>${text}</html>`, {
      'content-type': type,
    });
    if (upload.status !== 200) {
      assert.equal(upload.status, 400, upload.text);
      continue;
    }
    const back = await server.call('GET', `/api/chat/attachments/${upload.json.id}/content`);
    assert.equal(back.status, 200);
    const type_ = back.headers.get('content-type') ?? '';
    const saved = /^attachment/.test(back.headers.get('content-disposition') ?? '');
    assert.ok(saved || !/html|svg|xml/.test(type_), `${name} is shown as ${type_}`);
    assert.equal(back.headers.get('x-content-type-options'), 'nosniff');
    assert.doesNotMatch(back.headers.get('content-security-policy') ?? '', /unsafe-inline|unsafe-eval/);
  }
});
