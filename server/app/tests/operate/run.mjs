#!/usr/bin/env node
// What operators look at, over the real program under load: metrics, dashboards, rules. See README.md.
//
//   ARCHESTRA_BIN=target/debug/archestra node run.mjs
import { spawnSync } from 'node:child_process'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const here = dirname(fileURLToPath(import.meta.url))
const env = { ...process.env, NODE_NO_WARNINGS: '1' }
const { status, signal } = spawnSync(process.execPath, ['--test', join(here, 'prometheus.test.mjs')], { stdio: 'inherit', env })
process.exit(signal ? 1 : status)
