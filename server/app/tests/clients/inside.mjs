// The inner half of run.mjs, on Node 22 and a loopback-only network: starts everything, runs every suite, stops everything.
import { mkdtempSync, chmodSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'

import { startFakeProvider } from './fake/server.mjs'
import { installServers } from './mcp.mjs'
import { Report } from './report.mjs'
import { startArchestra, startMock } from './stack.mjs'
import { runJavaScript, runPython } from './suites.mjs'

const here = dirname(fileURLToPath(import.meta.url))
const { values: flags } = parseArgs({
  options: {
    direct: { type: 'boolean', default: false },
    only: { type: 'string' },
    keep: { type: 'boolean', default: false },
  },
})
const suites = {
  openai: ['js/openai.test.mjs'],
  anthropic: ['js/anthropic.test.mjs'],
  gemini: ['js/gemini.test.mjs'],
  transport: ['js/transport.test.mjs'],
  credentials: ['js/credentials.test.mjs'],
  agents: ['js/agents.test.mjs'],
  canary: ['js/canary.test.mjs'],
  mcp: ['js/mcp.test.mjs'],
}
const chosen = flags.only?.split(',') ?? [...Object.keys(suites), 'python']
const needsServers = process.env.ARCHESTRA_CLIENTS_MCP && chosen.some((name) => name === 'mcp' || name === 'python')
const serverKeys = { openai: 'sk-key-of-the-server', anthropic: 'sk-ant-key-of-the-server', gemini: 'AIza-key-of-the-server' }

const scratch = mkdtempSync(join(tmpdir(), 'archestra-clients-'))
chmodSync(scratch, 0o755) // The embedded PostgreSQL may run as another user and must be able to enter.
const running = []
let removeServers = async () => {}
const report = new Report()

async function main() {
  const started = Date.now()
  const target = await startTargets()
  process.env.ARCHESTRA_CLIENTS_TARGET = JSON.stringify(target)
  process.env.ARCHESTRA_CLIENTS_SCRATCH = scratch
  // One after the other: two cores are enough for a server, a database, two upstreams and one client.
  for (const name of chosen.filter((name) => suites[name]))
    await runJavaScript(
      report,
      suites[name].map((file) => join(here, file)),
    )
  if (chosen.includes('python')) await runPython(report, join(here, 'python'))
  await report.check('the MCP servers are removed', removeMcpServers)
  for (const server of running.filter((server) => server.stopCleanly))
    await report.check(`${server.name} stops cleanly on SIGTERM`, server.stopCleanly)
  report.summary(Date.now() - started)
}

async function startTargets() {
  const mock = keep(await startMock(join(here, 'fixtures')))
  const fake = keep(await startFakeProvider())
  const upstreams = {
    mock: { upstream: mock.url, openai: `${mock.url}/v1`, anthropic: mock.url, gemini: mock.url },
    fake: { upstream: fake.url, openai: `${fake.url}/openai/v1`, anthropic: `${fake.url}/anthropic`, gemini: `${fake.url}/gemini` },
  }
  if (flags.direct) return { direct: true, ...upstreams }
  const [proxyToMock, proxyToFake] = await Promise.all([
    startArchestra({ name: 'mock', scratch, upstream: upstreams.mock, keys: {} }),
    startArchestra({ name: 'fake', scratch, upstream: upstreams.fake, keys: serverKeys }),
  ])
  keep(proxyToMock)
  keep(proxyToFake)
  const mcp = needsServers ? await installServers(proxyToMock.urls) : undefined
  if (mcp) removeServers = mcp.remove
  return { direct: false, mcp, mock: { ...proxyToMock.urls, upstream: mock.url }, fake: { ...proxyToFake.urls, upstream: fake.url, serverKeys } }
}

function keep(server) {
  running.push(server)
  return server
}

// By the server that runs them, before it is stopped.
async function removeMcpServers() {
  const remove = removeServers
  removeServers = async () => {}
  await remove()
}

async function stopAll() {
  await removeMcpServers().catch((error) => console.error(error))
  await Promise.allSettled(running.map((server) => server.stop()))
  if (flags.keep || report.failed) console.log(`server logs: ${scratch}`)
  else rmSync(scratch, { recursive: true, force: true })
}

for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => stopAll().finally(() => process.exit(1)))
try {
  await main()
} catch (error) {
  report.fail('the suite runs', error)
  report.summary(0)
} finally {
  await stopAll()
}
process.exit(report.failed ? 1 : 0)
