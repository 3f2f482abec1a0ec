// Runs the two kinds of suite and feeds what they report into one Report.
import { spawn } from 'node:child_process'
import { createInterface } from 'node:readline'
import { join } from 'node:path'
import { run } from 'node:test'

const testTimeout = 120_000

export async function runJavaScript(report, files) {
  const resolve = new URL('./resolve.mjs', import.meta.url).href
  const stream = run({ files, concurrency: true, timeout: testTimeout, execArgv: ['--import', resolve] })
  let group = ''
  stream.on('test:start', ({ name, nesting }) => {
    if (nesting === 0) group = name
  })
  stream.on('test:pass', ({ name, nesting, skip, details }) => {
    if (details.type === 'suite') return
    const title = nesting ? `${group}: ${name}` : name
    if (skip === undefined) report.pass(title, details.duration_ms)
    else report.skip(title, skip)
  })
  stream.on('test:fail', ({ name, nesting, details }) => {
    if (details.type !== 'suite') report.fail(nesting ? `${group}: ${name}` : name, details.error)
  })
  stream.on('test:stdout', ({ message }) => process.stdout.write(message))
  stream.on('test:stderr', ({ message }) => process.stderr.write(message))
  await new Promise((done) => {
    stream.on('end', done)
    stream.resume()
  })
}

// python/run.py prints one JSON line a test; anything else it prints is shown as it is.
export async function runPython(report, folder) {
  const child = spawn(process.env.ARCHESTRA_CLIENTS_PYTHON, ['-B', '-W', 'ignore::UserWarning', join(folder, 'run.py')], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  let finished = false
  child.on('error', (error) => report.fail('Python starts', error))
  for await (const line of createInterface({ input: child.stdout })) {
    const event = line.startsWith('{"python-test":') ? JSON.parse(line)['python-test'] : undefined
    if (!event) console.log(line)
    else if (event.end) finished = true
    else if (event.skipped) report.skip(event.name, event.skipped)
    else if (event.error) report.fail(event.name, event.error)
    else report.pass(event.name, event.milliseconds)
  }
  if (!finished) report.fail('the Python suite reaches its end', `it stopped early with status ${child.exitCode}`)
}
