// schemathesis drives every operation of /openapi.json with what its schemas allow and forbid, with all checks.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import test from 'node:test';
import { fileURLToPath } from 'node:url';

import { start } from './server.mjs';

const here = dirname(fileURLToPath(import.meta.url));

test('every operation keeps what the description says', { timeout: 600_000 }, async (t) => {
  const server = await start({ ARCHESTRA_API_RATE_LIMIT: '0' });
  t.after(() => server.stop());
  const run = spawn(
    process.env.ARCHESTRA_API_PYTHON,
    [
      '-m',
      'schemathesis.cli',
      '--config-file',
      join(here, 'schemathesis.toml'),
      'run',
      `${server.url}/openapi.json`,
      '-H',
      `Authorization: ${server.key}`,
      '--checks',
      'all',
    ],
    { stdio: 'inherit', env: { ...process.env, NO_COLOR: '1' } },
  );
  const [status] = await once(run, 'exit');
  assert.equal(status, 0, 'schemathesis found a difference; it is described above');
  const faults = readFileSync(server.logFile, 'utf8')
    .split('\n')
    .filter((line) => line.includes('"level":"ERROR"'));
  assert.deepEqual(faults, [], 'the server logged errors');
});
