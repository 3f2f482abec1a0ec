// MCP clients in JavaScript list and call the tools of eight servers through one gateway URL; every call is in the log.
import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { describe, test } from 'node:test'
import { promisify } from 'node:util'

import { Client as ClientOfToday, StreamableHTTPClientTransport as TransportOfToday } from '@modelcontextprotocol/client'
import { Client } from '@modelcontextprotocol/sdk/client/index.js'
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js'

import { admin, proxied, target, until } from '../harness.mjs'

const prefixes = ['everything', 'files', 'memory', 'thinking', 'time', 'git', 'fetch', 'sqlite']
const calls = {
  everything__echo: [{ message: 'hello' }, /hello/],
  files__list_allowed_directories: [{}, /\/tmp/],
  memory__read_graph: [{}, /entities/],
  thinking__sequentialthinking: [{ thought: 'x', nextThoughtNeeded: false, thoughtNumber: 1, totalThoughts: 1 }, /thoughtNumber/],
  time__get_current_time: [{ timezone: 'UTC' }, /UTC/],
  git__git_status: [{ repo_path: '/repository' }, /branch/],
  // That the server itself refuses shows that it was asked.
  fetch__fetch: [{ url: 'http://127.0.0.1:1/' }, /not a public address/, { fails: true }],
  sqlite__list_tables: [{}, /\[\]/],
}
const info = { name: 'client-tests', version: '1.0.0' }
const authorized = () => ({ requestInit: { headers: { authorization: `Bearer ${target.mcp.token}` } } })

const behindGateway = { ...proxied, skip: !target.mcp && 'needs a container engine' }

describe('MCP gateway', { ...behindGateway, timeout: 90_000 }, () => {
  test('the TypeScript SDK v1 lists and calls the tools of all servers', async () => {
    await listAndCall(new Client(info), new StreamableHTTPClientTransport(new URL(target.mcp.url), authorized()))
  })

  test('the TypeScript SDK v2 does so in the era with a handshake', async () => {
    await listAndCall(new ClientOfToday(info), new TransportOfToday(new URL(target.mcp.url), authorized()))
  })

  test('the TypeScript SDK v2 does so in the stateless era', async () => {
    const client = new ClientOfToday(info, { versionNegotiation: { mode: 'auto' } })
    await listAndCall(client, new TransportOfToday(new URL(target.mcp.url), authorized()))
  })

  test('the Inspector lists the tools and calls one', async () => {
    const listed = JSON.parse(await inspect('--method', 'tools/list'))
    expectAllServers(listed.tools)
    const answer = await inspect('--method', 'tools/call', '--tool-name', 'everything__echo', '--tool-arg', 'message=inspected')
    assert.match(answer, /inspected/)
  })

  test('every call is on record', async () => {
    const rows = () => admin('mock', `/api/mcp-tool-calls?agentId=${target.mcp.agent}&limit=100`)
    const called = ({ data }) => new Set(data.filter((row) => row.method === 'tools/call').map((row) => row.toolName))
    const seen = await until(rows, (page) => Object.keys(calls).every((name) => called(page).has(name)), 'all calls in the log')
    assert.ok(seen.data.every((row) => row.durationMs >= 0))
  })
})

async function listAndCall(client, transport) {
  await client.connect(transport)
  try {
    const { tools } = await client.listTools()
    expectAllServers(tools)
    for (const [name, [args, expected, { fails = false } = {}]] of Object.entries(calls)) {
      const result = await client.callTool({ name, arguments: args })
      assert.equal(result.isError ?? false, fails, `${name}: ${JSON.stringify(result)}`)
      assert.match(JSON.stringify(result), expected)
    }
  } finally {
    await client.close()
  }
}

function expectAllServers(tools) {
  const missing = prefixes.filter((prefix) => !tools.some((tool) => tool.name.startsWith(`${prefix}__`)))
  assert.deepEqual(missing, [], 'servers without tools')
}

async function inspect(...args) {
  const program = join(process.env.ARCHESTRA_CLIENTS_PACKAGES, 'node_modules/.bin/mcp-inspector')
  const header = `Authorization: Bearer ${target.mcp.token}`
  const { stdout } = await promisify(execFile)(process.execPath, [program, '--cli', target.mcp.url, '--transport', 'http', '--header', header, ...args], {
    maxBuffer: 16 * 1024 * 1024,
  })
  return stdout
}
