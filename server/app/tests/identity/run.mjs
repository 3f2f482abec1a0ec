#!/usr/bin/env node
// Signing in at real identity providers, over the real program. See README.md.
//
//   ARCHESTRA_BIN=target/debug/archestra node run.mjs [oidc saml two-factor]
import { spawnSync } from 'node:child_process'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

import { installPackages } from '../clients/install.mjs'

const here = dirname(fileURLToPath(import.meta.url))
const { packages, node } = installPackages(here)
const names = process.argv.length > 2 ? process.argv.slice(2) : ['oidc', 'saml', 'two-factor']
const files = names.map((name) => join(here, `${name}.test.mjs`))
const env = { ...process.env, ARCHESTRA_CLIENTS_PACKAGES: packages, NODE_NO_WARNINGS: '1' }
const { status, signal } = spawnSync(node, ['--test', '--test-concurrency=1', ...files], { stdio: 'inherit', env })
process.exit(signal ? 1 : status)
