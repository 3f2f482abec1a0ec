// The program under test, its provider of models, and an MCP server behind its gateway.
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { chmodSync, existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { createInterface } from 'node:readline'

import { startArchestra } from '../clients/stack.mjs'
import { startProvider } from './provider.mjs'

export const secret = 'a-metrics-secret'

export async function startWorld() {
  const scratch = mkdtempSync(join(tmpdir(), 'archestra-operate-'))
  // Run as root, the database runs as another user, who has to get through.
  chmodSync(scratch, 0o711)
  const [provider, fixture] = await Promise.all([startProvider(), startFixture()])
  const app = await startArchestra({
    name: 'operate',
    scratch,
    upstream: { openai: `${provider.url}/v1`, anthropic: provider.url, gemini: provider.url },
    keys: { openai: 'sk-fake' },
    extra: {
      ARCHESTRA_METRICS_SECRET: secret,
      ARCHESTRA_LOGGING_LEVEL: 'info',
      ARCHESTRA_LOCAL_MODEL_SERVERS: 'false',
      ARCHESTRA_MCP_ALLOWED_NETWORKS: '127.0.0.0/8',
      DOCKER_HOST: `unix://${scratch}/no-engine`,
    },
  })
  const { api, cookie } = app.urls
  const world = { app, scratch, api, call: (path, body, method) => call(api, cookie, path, body, method) }
  return {
    ...world,
    ...(await furnish(world, fixture.url)),
    async stop() {
      await app.stop()
      fixture.stop()
      provider.stop()
      rmSync(scratch, { recursive: true, force: true })
    },
  }
}

// An agent with labels of its own, the fixture behind its gateway, and one tool that a policy blocks.
async function furnish({ api, call }, serverUrl) {
  const agent = await call('/api/agents', { name: 'Clerk', teams: [], labels: [{ key: 'cost-center', value: 'blue' }] })
  const item = await call('/api/internal_mcp_catalog', { name: 'fixture', serverType: 'remote', serverUrl })
  const server = await call('/api/mcp_server', { catalogId: item.id, name: 'fixture', agentIds: [agent.id] })
  await until('the MCP server', async () => {
    const { localInstallationStatus: status, localInstallationError: error } = await call(`/api/mcp_server/${server.id}/installation-status`)
    assert.notEqual(status, 'error', error)
    return status === 'success'
  })
  const tools = await call(`/api/mcp_server/${server.id}/tools`)
  const blocked = tools.find(({ name }) => name.endsWith('test_image_content'))
  await call('/api/autonomy-policies/tool-invocation', { toolId: blocked.id, conditions: [], action: 'block_always' })
  const tokens = await call('/api/tokens')
  const { value: token } = await call(`/api/tokens/${tokens[0].id}/value`)
  const conversation = await call('/api/chat/conversations', { agentId: agent.id, provider: 'openai', selectedModel: 'gpt-4o-mini', title: 'Load' })
  return { agent: agent.id, token, gateway: `${api}/v1/mcp/${agent.id}`, conversation: `/api/chat/conversations/${conversation.id}` }
}

async function startFixture() {
  const program = join(dirname(process.env.ARCHESTRA_BIN ?? ''), 'mcp-fixture')
  assert.ok(existsSync(program), `${program} is missing: cargo build -p testkit --bin mcp-fixture`)
  const child = spawn(program, ['0'], { stdio: ['ignore', 'pipe', 'inherit'] })
  process.on('exit', () => child.kill('SIGKILL'))
  for await (const url of createInterface({ input: child.stdout })) return { url, stop: () => child.kill('SIGKILL') }
  throw new Error('mcp-fixture ended without an address')
}

async function call(api, cookie, path, body, method = body ? 'POST' : 'GET') {
  const headers = { cookie, origin: api, 'content-type': 'application/json' }
  const response = await fetch(api + path, { method, headers, body: body && JSON.stringify(body), signal: AbortSignal.timeout(30_000) })
  const text = await response.text()
  assert.ok(response.ok, `${method} ${path}: ${response.status} ${text}`)
  return text ? JSON.parse(text) : undefined
}

export async function until(what, condition, patience = 60_000) {
  const deadline = Date.now() + patience
  for (;;) {
    const found = await condition()
    if (found) return found
    assert.ok(Date.now() < deadline, `${what}: not within ${patience} ms`)
    await new Promise((resolve) => setTimeout(resolve, 100))
  }
}
