#!/usr/bin/env node
// What an operator connects to the program, over the real one. See README.md.
//
//   ARCHESTRA_BIN=target/debug/archestra node run.mjs [traces]
import { spawnSync } from 'node:child_process';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { install, installPython } from '../clients/install.mjs';

const here = dirname(fileURLToPath(import.meta.url));
const { packages, node } = install(join(here, '../clients'));
const names = process.argv.length > 2 ? process.argv.slice(2) : ['traces'];
const env = { ...process.env, ARCHESTRA_CLIENTS_PACKAGES: packages, NODE_NO_WARNINGS: '1' };
if (names.includes('traces')) env.ARCHESTRA_OPERATE_PYTHON = installPython(here);
const files = names.map((name) => join(here, `${name}.test.mjs`));
const { status, signal } = spawnSync(node, ['--test', '--test-concurrency=1', ...files], { stdio: 'inherit', env });
process.exit(signal ? 1 : status);
