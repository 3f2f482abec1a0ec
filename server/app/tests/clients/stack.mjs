// Starts and stops the programs under test: the independent mock upstream and the real archestra binary.
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createWriteStream, existsSync, readFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { join } from 'node:path'

const packages = process.env.ARCHESTRA_CLIENTS_PACKAGES
const startLimit = 60_000
const stopLimit = 20_000

// Whatever ends this process, nothing it started stays behind.
const children = new Set()
process.on('exit', () => children.forEach((child) => child.kill('SIGTERM')))

export async function startMock(fixtures) {
  const port = await freePort()
  const child = spawn(
    process.execPath,
    [join(packages, 'node_modules/.bin/llmock'), '-p', String(port), '-f', fixtures, '--validate-on-load', '--strict', '--log-level', 'warn'],
    { stdio: ['ignore', 'ignore', 'inherit'] },
  )
  children.add(child)
  const url = `http://127.0.0.1:${port}`
  await answers(`${url}/__aimock/health`, child, () => 'the mock upstream did not start')
  return { url, stop: () => stop(child) }
}

export async function startArchestra({ name, scratch, upstream, keys, extra = {} }) {
  const binary = process.env.ARCHESTRA_BIN
  assert.ok(binary && existsSync(binary), 'ARCHESTRA_BIN must name the archestra program (or run with --direct)')
  const [api, frontend, metrics] = await Promise.all([freePort(), freePort(), freePort()])
  const logFile = join(scratch, `${name}.log`)
  const env = {
    PATH: process.env.PATH,
    HOME: scratch,
    RUST_BACKTRACE: '1',
    ARCHESTRA_LOGGING_LEVEL: 'debug',
    ...(process.env.ARCHESTRA_POSTGRES_DIR && { ARCHESTRA_POSTGRES_DIR: process.env.ARCHESTRA_POSTGRES_DIR }),
    ARCHESTRA_DATA_DIR: join(scratch, `${name}-data`),
    ARCHESTRA_API_BASE_URL: `http://127.0.0.1:${api}`,
    ARCHESTRA_FRONTEND_URL: `http://127.0.0.1:${frontend}`,
    ARCHESTRA_METRICS_PORT: String(metrics),
    ARCHESTRA_OPENAI_BASE_URL: upstream.openai,
    ARCHESTRA_ANTHROPIC_BASE_URL: upstream.anthropic,
    ARCHESTRA_GEMINI_BASE_URL: upstream.gemini,
    ...Object.fromEntries(Object.entries(keys).map(([provider, key]) => [`ARCHESTRA_CHAT_${provider.toUpperCase()}_API_KEY`, key])),
    ...extra,
  }
  const child = spawn(binary, ['serve'], { env, cwd: scratch, stdio: ['ignore', 'pipe', 'pipe'] })
  children.add(child)
  const log = createWriteStream(logFile)
  child.stdout.pipe(log, { end: false })
  child.stderr.pipe(log, { end: false })
  const url = env.ARCHESTRA_API_BASE_URL
  await answers(`${url}/ready`, child, () => `archestra did not become ready:\n${readFileSync(logFile, 'utf8').slice(-3000)}`)
  const credentials = { email: extra.ARCHESTRA_AUTH_ADMIN_EMAIL ?? 'admin@localhost.ai', password: extra.ARCHESTRA_AUTH_ADMIN_PASSWORD ?? 'password' }
  return {
    name: `archestra (${name})`,
    logFile,
    env,
    metrics: `http://127.0.0.1:${metrics}/metrics`,
    urls: {
      ui: env.ARCHESTRA_FRONTEND_URL,
      api: url,
      cookie: await signIn(url, credentials),
      openai: `${url}/v1/openai`,
      anthropic: `${url}/v1/anthropic`,
      gemini: `${url}/v1/gemini`,
    },
    stop: () => stop(child),
    stopCleanly: async () => assert.equal(await stop(child), 0, `exit code; the log ends with\n${readFileSync(logFile, 'utf8').slice(-2000)}`),
  }
}

export async function signIn(api, credentials) {
  const response = await fetch(`${api}/api/auth/sign-in/email`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', origin: api },
    body: JSON.stringify(credentials),
  })
  assert.equal(response.status, 200, `sign-in: ${response.status} ${await response.text()}`)
  return response.headers
    .getSetCookie()
    .map((cookie) => cookie.split(';')[0])
    .join('; ')
}

async function answers(url, child, complaint) {
  const deadline = Date.now() + startLimit
  for (;;) {
    const response = await fetch(url).catch(() => undefined)
    if (response?.ok) return
    if (child.exitCode !== null || child.signalCode || Date.now() > deadline) throw new Error(complaint())
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
}

async function stop(child) {
  if (child.exitCode === null && !child.signalCode) {
    child.kill('SIGTERM')
    const hard = setTimeout(() => child.kill('SIGKILL'), stopLimit)
    await once(child, 'exit')
    clearTimeout(hard)
  }
  children.delete(child)
  return child.exitCode ?? child.signalCode
}

export async function freePort() {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address()
  server.close()
  await once(server, 'close')
  return port
}
