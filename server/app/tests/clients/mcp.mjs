// Eight real MCP servers, installed through the API in containers, behind the gateway of one agent.
import assert from 'node:assert/strict'

const memory = [{ key: 'MEMORY_FILE_PATH', type: 'plain_text', value: '/tmp/memory.json', promptOnInstallation: false }]
// Name, image, arguments, environment.
const servers = [
  ['Everything', 'everything', []],
  ['Files', 'filesystem', ['/tmp']],
  ['Memory', 'memory', [], memory],
  ['Thinking', 'sequential-thinking', []],
  ['Time', 'time', ['--local-timezone', 'UTC']],
  ['Git', 'git', []],
  ['Fetch', 'fetch', []],
  ['Sqlite', 'sqlite', ['--db-path', '/tmp/test.db']],
]
const patience = 60_000

export async function installServers({ api, cookie }) {
  const headers = { cookie, origin: api, 'content-type': 'application/json' }
  const admin = async (path, body) => answer(path, await fetch(api + path, body ? { method: 'POST', body: JSON.stringify(body), headers } : { headers }))
  const agent = await admin('/api/agents', { name: 'MCP clients', teams: [] })
  const installed = await Promise.all(servers.map((server) => install(admin, agent.id, server)))
  const tokens = await admin('/api/tokens')
  const { value } = await admin(`/api/tokens/${tokens[0].id}/value`)
  const remove = async () => {
    const removed = await Promise.all(installed.map((id) => fetch(`${api}/api/mcp_server/${id}`, { method: 'DELETE', headers })))
    assert.deepEqual(removed.map(({ status }) => status), installed.map(() => 200))
  }
  return { agent: agent.id, url: `${api}/v1/mcp/${agent.id}`, token: value, remove }
}

async function install(admin, agent, [name, image, args, environment = []]) {
  const localConfig = { dockerImage: `local/mcp-${image}:1`, arguments: args, environment, transportType: 'stdio' }
  const item = await admin('/api/internal_mcp_catalog', { name, serverType: 'local', localConfig })
  const server = await admin('/api/mcp_server', { catalogId: item.id, name, agentIds: [agent] })
  const deadline = Date.now() + patience
  for (;;) {
    const status = await admin(`/api/mcp_server/${server.id}/installation-status`)
    if (status.localInstallationStatus === 'success') return server.id
    assert.notEqual(status.localInstallationStatus, 'error', `${name}: ${status.localInstallationError}`)
    assert.ok(Date.now() < deadline, `${name} is not installed after ${patience} ms: ${JSON.stringify(status)}`)
    await new Promise((resolve) => setTimeout(resolve, 100))
  }
}

async function answer(path, response) {
  const body = await response.text()
  assert.equal(response.status, 200, `${path}: ${response.status} ${body}`)
  return JSON.parse(body)
}
