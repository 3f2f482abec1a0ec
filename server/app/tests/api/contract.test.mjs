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

// It puts everything back under whatever else is being asked, so it has a server of its own.
const restore = 'POST /api/backups/{name}/restore';

test('every operation keeps what the description says', { timeout: 900_000 }, (t) =>
  check(t, ['--exclude-name', restore]));

test('a restore keeps what the description says', { timeout: 120_000 }, (t) =>
  check(t, ['--include-name', restore]));

async function check(t, which) {
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
      ...which,
    ],
    {
      stdio: 'inherit',
      env: { ...process.env, NO_COLOR: '1', PYTHONPATH: here, PYTHONDONTWRITEBYTECODE: '1', SCHEMATHESIS_HOOKS: 'formats' },
    },
  );
  const [status] = await once(run, 'exit');
  const lines = readFileSync(server.logFile, 'utf8').split('\n');
  const faults = lines.filter((line) => line.includes('"level":"ERROR"'));
  assert.deepEqual({ status, faults }, { status: 0, faults: [] }, 'what differs is described above');
}
