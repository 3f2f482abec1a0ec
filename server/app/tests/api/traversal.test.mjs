// 100 paths that lead out of a folder, wherever a path or a name is taken for a file: no file comes back, none is written.
import assert from 'node:assert/strict';
import { existsSync, readdirSync } from 'node:fs';
import { request as send } from 'node:http';
import { join } from 'node:path';
import test, { after, before } from 'node:test';

import { start } from './server.mjs';
import { inputs } from './traversal.mjs';

let server;
before(async () => (server = await start({ ARCHESTRA_API_RATE_LIMIT: '0' })));
after(() => server.stop());

// As it is written: fetch would tidy the path first.
function raw(base, method, path, headers = {}, body) {
  const { hostname, port } = new URL(base);
  return new Promise((resolve, reject) => {
    const asked = send(
      { hostname, port, method, path, headers: { authorization: server.key, ...headers } },
      (answer) => {
        let text = '';
        answer.setEncoding('latin1');
        answer.on('data', (part) => (text += part));
        answer.on('end', () => resolve({ status: answer.statusCode, headers: answer.headers, text }));
      },
    );
    asked.on('error', reject);
    asked.end(body);
  });
}

const secret = /root:.*:0:0|listen_addresses|max_connections|HOME=\/|ARCHESTRA_DATA_DIR/;

const plain = (input) => input.replaceAll(/[^\x21-\x7e]/g, '');

test('there are 100 of them', () => assert.equal(new Set(inputs).size, 100));

test('no file is read', { timeout: 300_000 }, async () => {
  for (const input of inputs) {
    const path = plain(input);
    const places = [
      [server.ui, 'GET', `/${path}`],
      [server.ui, 'GET', `/assets/${path}`],
      [server.url, 'GET', `/docs/${path}`],
      [server.url, 'GET', `/api/backups/${path}`],
      [server.url, 'POST', `/api/backups/${path}/preview`],
      [server.url, 'DELETE', `/api/backups/${path}`],
      [server.url, 'GET', `/api/chat/attachments/${path}/content`],
      [server.url, 'DELETE', `/api/internal_mcp_catalog/by-name/${path}`],
      [server.url, 'GET', `/api/backups/${encodeURIComponent(decoded(path))}`],
    ];
    for (const [base, method, where] of places) {
      const answer = await raw(base, method, where);
      const said = `${method} ${where}: ${answer.status}`;
      assert.doesNotMatch(answer.text, secret, said);
      assert.ok(answer.status < 500, said);
      // The UI answers with its first page where there is none, and never with a file that is not its own.
      const isPage =
        base === server.ui && /text\/html|text\/javascript|text\/css/.test(answer.headers['content-type'] ?? '');
      assert.ok(answer.status >= 400 || isPage, said);
    }
  }
});

test('no file is written where it should not be', async () => {
  for (const input of inputs) {
    const name = encodeURIComponent(decoded(plain(input)));
    const upload = await raw(
      server.url,
      'POST',
      `/api/chat/attachments?filename=${name}`,
      { 'content-type': 'text/plain' },
      'a planted file',
    );
    assert.ok(upload.status === 200 || (upload.status >= 400 && upload.status < 500), `${input}: ${upload.status}`);
    if (upload.status !== 200) continue;
    const { id } = JSON.parse(upload.text);
    const back = await raw(server.url, 'GET', `/api/chat/attachments/${id}/content`);
    assert.equal(back.text, 'a planted file');
    assert.doesNotMatch(
      back.headers['content-disposition'] ?? '',
      /filename="?[^";]*[\\/]/,
      'the name it is saved under leads somewhere',
    );
  }
  assert.ok(existsSync(server.data));
  const planted = readdirSync(server.data, { recursive: true, withFileTypes: true }).filter((entry) =>
    /passwd|environ/.test(entry.name),
  );
  assert.deepEqual(
    planted.map((entry) => join(entry.parentPath ?? '', entry.name)),
    [],
  );
});

function decoded(text) {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
