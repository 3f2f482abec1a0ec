// What the tests stand on: where to send a call, and what the proxy's log must say about it afterwards.
import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'

// Written by run.mjs: { direct, cli, mock, fake }; a side is { upstream, openai, anthropic, gemini, api?, cookie?, serverKeys? }.
export const target = JSON.parse(process.env.ARCHESTRA_CLIENTS_TARGET)
export const proxied = { skip: target.direct && 'needs the proxy' }

// For a call that ended before the upstream gave a status.
export const anyStatus = Symbol('any status')

const patience = 10_000

// One call under test: its id travels as a header of ours (the log's external agent) and as one the proxy must not know.
export function newCall(side = 'mock') {
  const id = randomUUID()
  return { id, side, urls: target[side], headers: { 'x-archestra-agent-id': id, 'x-test-call': id } }
}

// Waits for the log to hold exactly the expected rows of this call and compares the given fields.
export async function recorded(call, ...expectedRows) {
  if (target.direct) return []
  const rows = await rowsOf(call.side, `externalAgentId=${call.id}`, expectedRows.length)
  expectedRows.forEach((expected, index) => compare(rows[index], expected))
  await comparePrices(call.side, rows)
  return rows
}

export async function rowsOf(side, filter, count) {
  const list = async () => (await admin(side, `/api/interactions?limit=50&${filter}`)).data.reverse()
  const rows = await until(list, (rows) => rows.length >= count, `${count} logged call(s) with ${filter}`)
  assert.equal(
    rows.length,
    count,
    `logged calls with ${filter}: ${JSON.stringify(rows.map(({ type, status, outcome }) => ({ type, status, outcome })))}`,
  )
  return rows
}

function compare(row, expected) {
  const wanted = { status: 200, outcome: 'ok', stream: false, ...expected }
  if (wanted.status === anyStatus) delete wanted.status
  const seen = Object.fromEntries(Object.keys(wanted).map((key) => [key, row[key]]))
  assert.deepEqual(seen, wanted)
  assert.ok(row.durationMs >= 0 && row.requestBytes >= 0, 'a call has a duration and a size')
  if (wanted.outcome === 'ok')
    assert.ok(row.firstByteMs !== null && row.firstByteMs <= row.durationMs, `first byte ${row.firstByteMs} ms of ${row.durationMs} ms`)
  else assert.ok(row.error || wanted.outcome === 'client_left', 'a failed call says why')
}

// A priced model costs what its four prices say; an unpriced one costs nothing that anybody invented.
async function comparePrices(side, rows) {
  const prices = await admin(side, '/api/token-prices')
  for (const row of rows) {
    const price = prices.find((price) => price.provider === row.provider && price.model === row.model)
    if (!price) assert.equal(row.cost, null, `${row.model} has no price`)
    else if (row.inputTokens !== null) near(row.cost, expectedCost(price, row), `cost of ${row.model}`)
  }
}

function expectedCost(price, row) {
  const of = (tokens, perMillion) => ((tokens ?? 0) * Number(perMillion ?? price.pricePerMillionInput)) / 1e6
  return (
    of(row.inputTokens, price.pricePerMillionInput) +
    of(row.outputTokens, price.pricePerMillionOutput) +
    of(row.cacheReadTokens, price.pricePerMillionCacheRead) +
    of(row.cacheWriteTokens, price.pricePerMillionCacheWrite)
  )
}

function near(seen, wanted, what) {
  assert.ok(typeof seen === 'number' && Math.abs(seen - wanted) <= wanted * 1e-6 + 1e-12, `${what}: wanted ${wanted}, got ${seen}`)
}

export async function detailOf(call, row) {
  return admin(call.side, `/api/interactions/${row.id}`)
}

export async function admin(side, path, init = {}) {
  const { api, cookie } = target[side]
  const response = await fetch(api + path, { ...init, headers: { cookie, origin: api, 'content-type': 'application/json', ...init.headers } })
  const body = await response.text()
  assert.equal(response.status, 200, `${init.method ?? 'GET'} ${path}: ${response.status} ${body}`)
  return JSON.parse(body)
}

// What FakeProvider saw of this call.
export async function reachedUpstream(call, matches = (entries) => entries.length > 0) {
  return until(async () => (await fetch(`${target.fake.upstream}/__fake/journal?call=${call.id}`)).json(), matches, 'FakeProvider to see the call')
}

export async function until(probe, matches, what) {
  const deadline = Date.now() + patience
  for (;;) {
    const value = await probe()
    if (matches(value)) return value
    if (Date.now() > deadline) assert.fail(`waited ${patience} ms for ${what}; last seen: ${JSON.stringify(value).slice(0, 2000)}`)
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
}

export async function collect(stream) {
  const items = []
  for await (const item of stream) items.push(item)
  return items
}

// The smallest valid PNG: one red pixel.
export const redPixel = 'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mP8z8DwHwAFBQIAX8jx0gAAAABJRU5ErkJggg=='

export const weatherSchema = { type: 'object', properties: { city: { type: 'string' } }, required: ['city'], additionalProperties: false }
