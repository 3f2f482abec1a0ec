// FakeProvider: the wire formats of OpenAI, Anthropic and Gemini where the independent mock has a gap — count_tokens,
// Gemini's /v1 paths, cache and reasoning usage, rate-limit headers, streams that never end or break, refused keys.
// It is a stand-in for the vendors only. It keeps a journal, so a test sees exactly what reached "the vendor".
import { createHash } from 'node:crypto'
import { createServer } from 'node:http'

import { anthropic } from './anthropic.mjs'
import { gemini } from './gemini.mjs'
import { openai } from './openai.mjs'

const dialects = { openai, anthropic, gemini }
const endlessStreamLimit = 60_000

export async function startFakeProvider(port = 0) {
  const journal = []
  const server = createServer((request, response) => {
    serve(request, response, journal).catch((error) => {
      console.error('FakeProvider:', error)
      response.destroy()
    })
  })
  server.keepAliveTimeout = 60_000
  await new Promise((resolve) => server.listen(port, '127.0.0.1', resolve))
  return {
    url: `http://127.0.0.1:${server.address().port}`,
    stop: () =>
      new Promise((done) => {
        server.close(done)
        server.closeAllConnections()
      }),
  }
}

async function serve(request, response, journal) {
  const url = new URL(request.url, 'http://fake')
  if (url.pathname === '/__fake/journal')
    return json(
      response,
      200,
      journal.filter((entry) => entry.call === url.searchParams.get('call')),
    )
  const body = await readAll(request)
  const [, name, ...rest] = url.pathname.split('/')
  const entry = {
    call: request.headers['x-test-call'],
    method: request.method,
    path: `/${rest.join('/')}`,
    query: url.search,
    headers: request.headers,
    bodyLength: body.length,
    bodySha256: createHash('sha256').update(body).digest('hex'),
    body: body.toString().slice(0, 200_000),
    state: 'open',
  }
  journal.push(entry)
  response.on('close', () => {
    entry.state = response.writableFinished ? 'finished' : 'cut off'
  })
  const dialect = dialects[name]
  if (!dialect) return json(response, 404, { error: { message: `FakeProvider has no ${name}` } })
  const call = {
    request,
    response,
    entry,
    path: entry.path,
    query: url.searchParams,
    json: parse(body),
    scenario: /\[fake:([a-z0-9-]+)]/.exec(body)?.[1] ?? 'plain',
  }
  for (const [header, value] of Object.entries(dialect.headers())) response.setHeader(header, value)
  if (!dialect.credential(call)) return json(response, 401, dialect.error(401, 'FakeProvider got no credential'))
  if (await fail(call, dialect)) return
  await dialect.answer({
    ...call,
    reply: (value) => json(response, 200, value),
    stream: (events) => stream(call, events),
    notFound: () => json(response, 404, dialect.error(404, `no ${entry.path}`)),
  })
}

// The failures that look the same in every dialect. True when the call has been dealt with.
async function fail({ response, scenario, request }, dialect) {
  const status = /^error-(\d{3})$/.exec(scenario)?.[1]
  if (status) {
    if (status === '429') response.setHeader('retry-after', '7')
    json(response, Number(status), dialect.error(Number(status), `FakeProvider says ${status}`))
    return true
  }
  if (scenario === 'hang-up') return request.socket.destroy()
  if (scenario === 'silent') {
    await closedOrLate(response)
    return response.destroy()
  }
  if (scenario === 'html') {
    response.writeHead(502, { 'content-type': 'text/html' }).end('<html><body>Bad gateway from a load balancer</body></html>')
    return true
  }
  return false
}

// Writes frames as they come, waits for the reader when it is slow, and ends the way the scenario asks.
async function stream({ response, scenario }, { frames, filler, errorFrame }) {
  response.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-cache' })
  const [head, tail] = frames
  await write(response, head)
  if (scenario === 'long') for (let index = 0; index < 2000; index += 1) await write(response, filler(index))
  if (scenario === 'endless') {
    const until = Date.now() + endlessStreamLimit
    for (let index = 0; !response.destroyed && Date.now() < until; index += 1) {
      await write(response, filler(index))
      await new Promise((resolve) => setTimeout(resolve, 5))
    }
    return response.destroy()
  }
  if (scenario === 'broken') {
    await write(response, filler(0))
    await new Promise((resolve) => setTimeout(resolve, 50))
    return response.destroy()
  }
  await write(response, scenario === 'error-in-stream' ? errorFrame : tail)
  response.end()
}

function write(response, text) {
  if (response.destroyed || response.write(text)) return
  return new Promise((resolve) => {
    response.once('drain', resolve)
    response.once('close', resolve)
  })
}

function closedOrLate(response) {
  return new Promise((resolve) => {
    response.once('close', resolve)
    setTimeout(resolve, endlessStreamLimit).unref()
  })
}

function json(response, status, value) {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(value))
}

function parse(body) {
  try {
    return JSON.parse(body)
  } catch {
    return {}
  }
}

async function readAll(request) {
  const chunks = []
  for await (const chunk of request) chunks.push(chunk)
  return Buffer.concat(chunks)
}
