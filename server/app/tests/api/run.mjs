#!/usr/bin/env node
// The API from its own description, and what must not get through it, over the real program. See README.md.
//
//   ARCHESTRA_BIN=target/debug/archestra node run.mjs [contract sql xss traversal smuggling]
import { spawnSync } from 'node:child_process';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { installPython } from '../clients/install.mjs';

const here = dirname(fileURLToPath(import.meta.url));
const names = process.argv.length > 2 ? process.argv.slice(2) : ['sql', 'xss', 'traversal', 'smuggling', 'contract'];
const env = { ...process.env, NODE_NO_WARNINGS: '1' };
if (names.includes('contract')) env.ARCHESTRA_API_PYTHON = installPython(here);
const files = names.map((name) => join(here, `${name}.test.mjs`));
const { status, signal } = spawnSync(process.execPath, ['--test', '--test-concurrency=1', ...files], {
  stdio: 'inherit',
  env,
});
process.exit(signal ? 1 : status);
