#!/usr/bin/env node
// What an operator connects to the program, over the real one: a collector of traces, Prometheus. See README.md.
//
//   ARCHESTRA_BIN=target/debug/archestra node run.mjs [traces prometheus]
import { spawnSync } from 'node:child_process'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

import { installPackages, installPython, placeBinaries } from '../clients/install.mjs'

const here = dirname(fileURLToPath(import.meta.url))
const names = process.argv.length > 2 ? process.argv.slice(2) : ['traces', 'prometheus']
const env = { ...process.env, NODE_NO_WARNINGS: '1' }
if (names.includes('traces')) {
  env.ARCHESTRA_CLIENTS_PACKAGES = installPackages(join(here, '../clients'), placeBinaries).packages
  env.ARCHESTRA_OPERATE_PYTHON = installPython(here)
}
const files = names.map((name) => join(here, `${name}.test.mjs`))
const { status, signal } = spawnSync(process.execPath, ['--test', '--test-concurrency=1', ...files], { stdio: 'inherit', env })
process.exit(signal ? 1 : status)
