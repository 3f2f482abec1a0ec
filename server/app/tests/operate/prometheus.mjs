// Debian's Prometheus with the configuration that packaging/ ships: only addresses, paths and the pace are this test's.
import assert from 'node:assert/strict'
import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { join } from 'node:path'

import { until } from './world.mjs'

export const packaging = new URL('../../../../packaging/', import.meta.url).pathname
export const rules = join(packaging, 'prometheus/archestra.rules.yaml')
/** Seconds. */
export const interval = 1

export async function startPrometheus({ scratch, target, secret }) {
  const port = await freePort()
  const file = (name, text) => (writeFileSync(join(scratch, name), text), join(scratch, name))
  const config = file(
    'prometheus.yaml',
    readFileSync(join(packaging, 'prometheus/prometheus.yaml'), 'utf8')
      .replaceAll('_interval: 15s', `_interval: ${interval}s`)
      .replace('- archestra.rules.yaml', `- ${rules}`)
      .replace('127.0.0.1:9050', target)
      .replace('credentials_file: archestra-metrics-secret', `credentials_file: ${file('archestra-metrics-secret', secret)}`),
  )
  promtool(['check', 'config', config])
  const child = spawn(
    'prometheus',
    [`--config.file=${config}`, `--storage.tsdb.path=${join(scratch, 'tsdb')}`, `--web.listen-address=127.0.0.1:${port}`, '--enable-feature=exemplar-storage', '--log.level=warn'],
    { stdio: ['ignore', 'inherit', 'inherit'] },
  )
  process.on('exit', () => child.kill('SIGKILL'))
  const url = `http://127.0.0.1:${port}`
  await until('Prometheus', () => fetch(`${url}/-/ready`).then(({ ok }) => ok, () => false))
  return {
    get: (path, parameters = {}) => get(url, path, parameters),
    async stop() {
      child.kill('SIGTERM')
      if (child.exitCode === null) await once(child, 'exit')
    },
  }
}

/** What it says. */
export function promtool(words, options = {}) {
  const { status, stdout, stderr, error } = spawnSync('promtool', words, { encoding: 'utf8', ...options })
  assert.equal(status, 0, `promtool ${words.join(' ')}: ${error ?? stdout + stderr}`)
  return stdout
}

async function get(url, path, parameters) {
  const response = await fetch(`${url}/api/v1/${path}?${new URLSearchParams(parameters)}`)
  const { status, data, error } = await response.json()
  assert.equal(status, 'success', `${path} ${JSON.stringify(parameters)}: ${error}`)
  return data
}

async function freePort() {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address()
  server.close()
  await once(server, 'close')
  return port
}
