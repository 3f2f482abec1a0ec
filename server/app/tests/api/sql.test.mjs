// 500 SQL injections into every text that the API takes: nothing runs, nothing is gone, and what is kept is kept as it is.
import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import test, { after, before } from 'node:test';

import { start } from './server.mjs';
import { inputs } from './sql.mjs';
import { request, targets } from './targets.mjs';

let server;
before(async () => (server = await start({ ARCHESTRA_API_RATE_LIMIT: '0', ARCHESTRA_AUTH_RATE_LIMIT: '0' })));
after(() => server.stop());

// Shorter than any of the sleeps that are injected, longer than a busy machine takes.
const tooLong = 15_000;

test('there are 500 of them', () => assert.equal(new Set(inputs).size, 500));

test('none does anything, wherever it is sent', { timeout: 600_000 }, async () => {
  const canary = (await server.call('POST', '/api/teams', { name: 'canary' })).json;
  const before = (await server.call('GET', '/api/organization/members')).json;
  const places = targets((await server.call('GET', '/openapi.json')).json);
  assert.ok(places.length > 250, `only ${places.length} places`);
  const rounds = Math.max(inputs.length, places.length);
  for (let round = 0; round < rounds; round++) {
    const place = places[round % places.length];
    const text = inputs[round % inputs.length];
    const { method, path, body } = request(place, text);
    const began = Date.now();
    const answer = await server.call(method, path, body);
    const said = `${method} ${place.path} ${place.in} ${place.name} = ${text}: ${answer.status} ${answer.text.slice(0, 300)}`;
    assert.ok(answer.status < 500, said);
    assert.ok(Date.now() - began < tooLong, `it slept: ${said}`);
    assert.doesNotMatch(answer.text, /PostgreSQL \d|\$argon2|syntax error at or near/, said);
  }
  const team = await server.call('GET', `/api/teams/${canary.id}`);
  assert.equal(team.json?.name, 'canary', 'a table was changed');
  const now = (await server.call('GET', '/api/organization/members')).json;
  const roles = (members) =>
    members.filter(({ id }) => before.some((one) => one.id === id)).map(({ id, role }) => [id, role]);
  assert.deepEqual(roles(now), roles(before), 'somebody has another role');
  assert.ok(!existsSync('/tmp/archestra-sql'), 'the database wrote a file');
});

test('a search for one finds what holds it, and nothing else', async () => {
  const names = inputs.filter((_, index) => index % 10 === 0);
  for (const name of names) {
    const made = await server.call('POST', '/api/agents', { name });
    assert.equal(made.json?.name, name, 'it is kept as it is');
    const { data } = (await server.call('GET', `/api/agents?limit=500&name=${encodeURIComponent(name)}`)).json;
    assert.ok(
      data.some((agent) => agent.id === made.json.id),
      `not found: ${name}`,
    );
    assert.ok(
      data.every((agent) => agent.name.toLowerCase().includes(name.toLowerCase())),
      `it found more: ${name}`,
    );
  }
});
