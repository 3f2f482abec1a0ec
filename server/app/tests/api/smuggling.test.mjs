// 200 requests with two possible ends, as bytes over TCP: each is refused, or is exactly one request.
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { connect, createServer } from 'node:net';
import test, { after, before } from 'node:test';

import { start } from './server.mjs';
import { hidden, inputs } from './smuggling.mjs';

let server;
before(async () => (server = await start()));
after(() => server.stop());

const quiet = 500;
const patience = 5_000;
const atOnce = 20;

// What comes back on one connection for the request, which hides another, and one more behind it.
async function answers(host, port, input) {
  const ids = { hidden: randomUUID(), next: randomUUID() };
  const next = `GET /api/health HTTP/1.1\r\nHost: ${host}\r\nx-request-id: ${ids.next}\r\n\r\n`;
  const socket = connect(port, '127.0.0.1');
  let text = '';
  let closed = false;
  const done = new Promise((resolve) => {
    let timer = setTimeout(resolve, patience);
    const rest = () => {
      clearTimeout(timer);
      timer = setTimeout(resolve, quiet);
    };
    socket.setEncoding('latin1');
    socket.on('data', (part) => ((text += part), rest()));
    socket.on('error', () => {});
    socket.on('close', () => ((closed = true), resolve()));
  });
  await Promise.race([once(socket, 'connect'), done]);
  socket.write(Buffer.from(input(host, hidden(host, ids.hidden)) + next, 'latin1'));
  await done;
  socket.destroy();
  return {
    text,
    closed,
    statuses: [...text.matchAll(/HTTP\/1\.[01] (\d{3})/g)].map(([, status]) => Number(status)),
    ids,
  };
}

function check({ text, closed, statuses, ids }, said) {
  assert.ok(!text.includes(ids.hidden), `${said}: the hidden request was answered\n${text.slice(0, 1_000)}`);
  const final = statuses.filter((status) => status >= 200);
  const answered = text.includes(ids.next);
  assert.ok(final.length <= (answered ? 2 : 1), `${said}: ${final} for one request${answered ? ' and the next' : ''}`);
  assert.ok(!final.some((status) => status >= 500), `${said}: ${final}`);
  const refused = [400, 413, 414, 431].includes(final[0]) && !answered;
  assert.ok(!refused || closed || !text.includes(ids.next), `${said}: refused, and the connection goes on`);
}

test('there are 200 of them, and more', () => assert.ok(inputs.length >= 200, String(inputs.length)));

test('none brings a second request in', { timeout: 300_000 }, async () => {
  const { host, port } = new URL(server.url);
  let heard = 0;
  for (let index = 0; index < inputs.length; index += atOnce) {
    const round = inputs.slice(index, index + atOnce);
    const all = await Promise.all(round.map((input) => answers(host, Number(port), input)));
    all.forEach((answer, offset) =>
      check(answer, `input ${index + offset}: ${JSON.stringify(round[offset]('host', 'MORE').slice(0, 300))}`),
    );
    heard += all.filter(({ statuses }) => statuses.length > 0).length;
  }
  assert.ok(heard > inputs.length * 0.6, `only ${heard} of ${inputs.length} were answered at all`);
  assert.equal((await server.call('GET', '/api/health')).status, 200);
});

// The test of the test: a server that goes by the length alone, where both are given, lets most of the first kind in.
test('a server that goes by the length alone is caught', async () => {
  const naive = createServer((socket) => {
    let bytes = '';
    socket.setEncoding('latin1');
    socket.on('error', () => {});
    socket.on('data', (part) => {
      bytes += part;
      for (let end; (end = bytes.indexOf('\r\n\r\n')) >= 0;) {
        const request = bytes.slice(0, end);
        const length = Number(/content-length: *(\d+)/i.exec(request)?.[1] ?? 0);
        bytes = bytes.slice(end + 4 + length);
        const id = /x-request-id: (.*)/.exec(request)?.[1] ?? '';
        socket.write(`HTTP/1.1 200 OK\r\nx-request-id: ${id}\r\ncontent-length: 0\r\n\r\n`);
      }
    });
  });
  naive.listen(0, '127.0.0.1');
  await once(naive, 'listening');
  const { port } = naive.address();
  let caught = 0;
  for (const input of inputs.slice(0, 20)) {
    const answer = await answers(`127.0.0.1:${port}`, port, input);
    try {
      check(answer, '');
    } catch {
      caught++;
    }
  }
  naive.close();
  assert.ok(caught >= 5, `${caught} of 20`);
});
