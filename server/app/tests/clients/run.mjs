#!/usr/bin/env node
// Official SDKs and CLI agents through the proxy, against an independent mock upstream. See README.md.
//
//   ARCHESTRA_BIN=target/debug/archestra node run.mjs [--direct] [--only=openai,python] [--keep]
//
// This outer half needs any Node ≥ 18: it installs what is pinned, then hands over to Node 22 in a network of loopback only.
import { spawnSync } from 'node:child_process'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

import { install } from './install.mjs'

const here = dirname(fileURLToPath(import.meta.url))

const { packages, node, python } = install(here)
// The engine and the images of the MCP servers need the machine's own network.
const images = spawnSync(join(dirname(process.env.ARCHESTRA_BIN ?? 'target/debug/archestra'), 'mcp-images'), { stdio: 'inherit' })
const hasServers = images.status === 0
if (!hasServers) console.error('SKIPPED: the tests with MCP servers, which need a container engine')
const inner = [node, join(here, 'inside.mjs'), ...process.argv.slice(2)]
const env = { ...process.env, ARCHESTRA_CLIENTS_PACKAGES: packages, ARCHESTRA_CLIENTS_PYTHON: python, NODE_NO_WARNINGS: '1', ARCHESTRA_CLIENTS_MCP: hasServers ? '1' : '' }

// Only root may make a network namespace without help. Others get a proxy that is not there, which stops well-behaved clients.
const isolated = process.getuid?.() === 0 && spawnSync('unshare', ['-n', 'ip', 'link', 'set', 'lo', 'up']).status === 0
const [command, ...args] = isolated ? ['unshare', '-n', 'sh', '-c', 'ip link set lo up && exec "$@"', 'sh', ...inner] : inner
const nowhere = 'http://127.0.0.1:9'
const fence = isolated
  ? {}
  : {
      HTTPS_PROXY: nowhere,
      HTTP_PROXY: nowhere,
      https_proxy: nowhere,
      http_proxy: nowhere,
      NO_PROXY: '127.0.0.1,localhost',
      no_proxy: '127.0.0.1,localhost',
    }
console.log(`network: ${isolated ? 'loopback only, in a namespace of its own' : 'the machine’s own, with a dead proxy for everything but loopback'}`)
const { status, signal } = spawnSync(command, args, { stdio: 'inherit', env: { ...env, ...fence } })
process.exit(signal ? 1 : status)
