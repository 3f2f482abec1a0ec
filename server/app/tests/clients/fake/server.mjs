// FakeProvider: the wire formats of OpenAI, Anthropic and Gemini where the independent mock has a gap — count_tokens,
// Gemini's /v1 paths, cache and reasoning usage, rate-limit headers, streams that never end or break, refused keys.
// It is a stand-in for the vendors only. It keeps a journal, so a test sees exactly what reached "the vendor".
import { createHash } from 'node:crypto'
import { createServer } from 'node:http'
import { createBrotliCompress, createDeflate, createGzip, createZstdCompress } from 'node:zlib'

import { anthropic } from './anthropic.mjs'
import { gemini } from './gemini.mjs'
import { openai } from './openai.mjs'

const dialects = { openai, anthropic, gemini }
// The scenario of the same name answers in this content coding, as the vendors do, if the caller takes it.
const codings = { gzip: createGzip, deflate: createDeflate, br: createBrotliCompress, zstd: createZstdCompress }
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
  if (url.pathname === '/__fake/journal') {
    const entries = journal.filter((entry) => entry.call === url.searchParams.get('call'))
    return response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(entries))
  }
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
  if (!dialect) return response.writeHead(404).end(`FakeProvider has no ${name}`)
  const scenario = /\[fake:([a-z0-9-]+)]/.exec(body)?.[1] ?? 'plain'
  for (const [header, value] of Object.entries(dialect.headers())) response.setHeader(header, value)
  const out = bodyOf(response, entry, request.headers['accept-encoding']?.includes(scenario) ? scenario : undefined)
  const call = { request, response, path: entry.path, query: url.searchParams, json: parse(body), scenario }
  if (!dialect.credential(call)) return json(out, 401, dialect.error(401, 'FakeProvider got no credential'))
  if (await fail(call, out, dialect)) return
  await dialect.answer({
    ...call,
    reply: (value) => json(out, 200, value),
    stream: (events) => stream(call, out, events),
    notFound: () => json(out, 404, dialect.error(404, `no ${entry.path}`)),
  })
}

// The failures that look the same in every dialect. True when the call has been dealt with.
async function fail({ request, response, scenario }, out, dialect) {
  const status = /^error-(\d{3})$/.exec(scenario)?.[1]
  if (status === '429') response.setHeader('retry-after', '7')
  if (status) await json(out, Number(status), dialect.error(Number(status), `FakeProvider says ${status}`))
  else if (scenario === 'html')
    response.writeHead(502, { 'content-type': 'text/html' }).end('<html><body>Bad gateway from a load balancer</body></html>')
  else if (scenario === 'hang-up') request.socket.destroy()
  else if (scenario === 'silent') await closedOrLate(response).then(() => response.destroy())
  else return false
  return true
}

// Writes frames as they come, waits for the reader when it is slow, and ends the way the scenario asks.
async function stream({ response, scenario }, out, { frames, filler, errorFrame }) {
  out.begin(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-cache' })
  const [head, tail] = frames
  await out.write(head)
  if (scenario === 'long') for (let index = 0; index < 2000; index += 1) await out.write(filler(index))
  if (scenario === 'endless') {
    const until = Date.now() + endlessStreamLimit
    for (let index = 0; !response.destroyed && Date.now() < until; index += 1) {
      await out.write(filler(index))
      await new Promise((resolve) => setTimeout(resolve, 5))
    }
    return response.destroy()
  }
  if (scenario === 'broken') {
    await out.write(filler(0))
    await new Promise((resolve) => setTimeout(resolve, 50))
    return response.destroy()
  }
  await out.write(scenario === 'error-in-stream' ? errorFrame : tail)
  await out.end()
}

// Where a body goes: through its content coding, flushed after each write, and hashed as it leaves for the wire.
function bodyOf(response, entry, coding) {
  const encoder = codings[coding]?.()
  const hash = createHash('sha256')
  const leave = (bytes) => {
    hash.update(bytes)
    response.write(bytes)
  }
  encoder?.on('data', leave)
  const drained = () =>
    new Promise((resolve) => {
      if (response.destroyed || !response.writableNeedDrain) return resolve()
      response.once('drain', resolve)
      response.once('close', resolve)
    })
  return {
    begin: (status, headers) => response.writeHead(status, { ...headers, ...(encoder && { 'content-encoding': coding }) }),
    async write(text) {
      if (response.destroyed) return
      if (encoder) await new Promise((resolve) => encoder.write(text, () => encoder.flush(resolve)))
      else leave(Buffer.from(text))
      await drained()
    },
    async end() {
      if (encoder) await new Promise((resolve) => encoder.once('end', resolve).end())
      entry.sentSha256 = hash.digest('hex')
      response.end()
    },
  }
}

async function json(out, status, value) {
  out.begin(status, { 'content-type': 'application/json' })
  await out.write(JSON.stringify(value))
  await out.end()
}

function closedOrLate(response) {
  return new Promise((resolve) => {
    response.once('close', resolve)
    setTimeout(resolve, endlessStreamLimit).unref()
  })
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
