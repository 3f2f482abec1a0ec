// What no SDK checks for itself: bytes up and down, headers, query strings, base paths, agents in the URL.
import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { request as rawRequest } from 'node:http'
import { describe, test } from 'node:test'

import { admin, newCall, proxied, reachedUpstream, recorded, target } from '../harness.mjs'

const dialects = {
  openai: {
    credential: { authorization: 'Bearer sk-client' },
    path: '/chat/completions',
    body: { messages: [{ role: 'user', content: 'Hello' }] },
    model: 'gpt-5.4-mini',
    type: 'openai:chatCompletions',
  },
  anthropic: {
    credential: { 'x-api-key': 'sk-ant-client', 'anthropic-version': '2023-06-01' },
    path: '/v1/messages',
    body: { max_tokens: 9, messages: [{ role: 'user', content: 'Hello' }] },
    model: 'claude-sonnet-5-5',
    type: 'anthropic:messages',
  },
  gemini: {
    credential: { 'x-goog-api-key': 'AIza-client' },
    path: '/v1beta/models/gemini-3.8-flash:generateContent',
    body: { contents: [{ role: 'user', parts: [{ text: 'Hello' }] }] },
    model: 'gemini-3.8-flash',
    type: 'gemini:generateContent',
  },
}

function send(call, name, { path = dialects[name].path, method = 'POST', body, headers = {} } = {}) {
  const { credential, model } = dialects[name]
  const sent = method === 'POST' ? (body ?? JSON.stringify({ model, ...dialects[name].body })) : undefined
  return fetch(call.urls[name] + path, {
    method,
    body: sent,
    headers: { ...call.headers, ...credential, ...(sent && { 'content-type': 'application/json' }), ...headers },
    signal: AbortSignal.timeout(30_000),
  })
}

// Like fetch, but without undoing the content coding.
function receive(url, headers, body) {
  return new Promise((resolve, reject) => {
    const outgoing = rawRequest(url, { method: 'POST', headers: { 'content-type': 'application/json', ...headers } }, (response) => {
      const hash = createHash('sha256')
      response.on('data', (bytes) => hash.update(bytes))
      response.on('end', () => resolve({ status: response.statusCode, headers: response.headers, sha256: hash.digest('hex') }))
      response.on('error', reject)
    })
    outgoing.on('error', reject)
    outgoing.end(body)
  })
}

for (const name of Object.keys(dialects)) {
  const { path, body, model, type } = dialects[name]
  describe(`transport: ${name}`, () => {
    test('odd spacing, key order, unknown fields and big numbers go up byte for byte', async () => {
      const call = newCall('fake')
      const text = `{ "unknown_to_us":{"z":1,"a":[1.0,12345678901234567890, 1e-7]},\n\t"model" : "${model}" ,${JSON.stringify(body).slice(1, -1)}, "emoji":"\\ud83e\\udd80 🦀" }\n`
      assert.equal((await send(call, name, { body: text })).status, 200)
      const [entry] = await reachedUpstream(call)
      assert.equal(entry.bodySha256, createHash('sha256').update(text).digest('hex'))
      await recorded(call, { provider: name, type, model, inputTokens: 50 })
    })

    test('answers and streams come down byte for byte and are counted, whatever content coding the client takes', async () => {
      for (const coding of ['identity', 'gzip', 'deflate', 'br', 'zstd']) {
        for (const stream of [false, true]) {
          const call = newCall('fake')
          const question = JSON.stringify(body).replace('Hello', `[fake:${coding}]`)
          const url = call.urls[name] + (stream && name === 'gemini' ? path.replace(':generateContent', ':streamGenerateContent?alt=sse') : path)
          const extra = name === 'gemini' ? {} : { model, stream, ...(stream && name === 'openai' && { stream_options: { include_usage: true } }) }
          const answer = await receive(
            url,
            { ...call.headers, ...dialects[name].credential, 'accept-encoding': coding },
            JSON.stringify({ ...JSON.parse(question), ...extra }),
          )
          assert.ok(['identity', coding].includes(answer.headers['content-encoding'] ?? 'identity'))
          const [entry] = await reachedUpstream(call, ([entry]) => entry?.sentSha256)
          assert.equal(answer.sha256, entry.sentSha256, `${coding}${stream ? ', streamed' : ''}`)
          await recorded(call, { provider: name, type, model, stream, inputTokens: 50, cacheReadTokens: 40, outputTokens: 30 })
        }
      }
    })

    test('headers unknown to us go up, and the upstream’s own come back', async () => {
      const call = newCall('fake')
      const response = await send(call, name, { headers: { 'x-not-yet-invented': 'kept', 'user-agent': 'some-agent/1.0' } })
      const [{ headers }] = await reachedUpstream(call)
      assert.deepEqual(
        [headers['x-not-yet-invented'], headers['user-agent'], headers['content-type']],
        ['kept', 'some-agent/1.0', 'application/json'],
      )
      const expected = {
        openai: ['x-request-id', 'x-ratelimit-remaining-requests', 'openai-processing-ms'],
        anthropic: ['request-id', 'anthropic-ratelimit-requests-reset'],
        gemini: ['x-goog-request-id', 'server-timing'],
      }
      for (const header of expected[name]) assert.ok(response.headers.get(header), `${header} comes back`)
      await response.text()
    })

    test('the query string is kept as it is', async () => {
      const call = newCall('fake')
      await (await send(call, name, { path: `${path}?beta=true&empty=&space=a%20b&again=1&again=2` })).text()
      assert.equal((await reachedUpstream(call))[0].query, '?beta=true&empty=&space=a%20b&again=1&again=2')
    })

    test('an unknown path passes through with the upstream’s own 404', async () => {
      const call = newCall('fake')
      const prefix = { openai: '', anthropic: '/v1', gemini: '/v1beta' }[name]
      const response = await send(call, name, { path: `${prefix}/not/yet/invented`, method: 'GET' })
      assert.equal(response.status, 404)
      assert.match(await response.text(), /no \/v1(beta)?\/not\/yet\/invented/)
    })

    test('HEAD and GET on the base path answer without a server error', async () => {
      for (const method of ['HEAD', 'GET']) {
        for (const path of ['', '/', '/api/hello']) assert.ok((await send(newCall('mock'), name, { path, method })).status < 500, `${method} ${path}`)
      }
    })

    test('a body of two megabytes goes up', async () => {
      const call = newCall('fake')
      const text = JSON.stringify({ model, ...body, padding: 'x'.repeat(2_000_000) })
      assert.equal((await send(call, name, { body: text })).status, 200)
      const [entry] = await reachedUpstream(call)
      assert.equal(entry.bodyLength, text.length)
      await recorded(call, { provider: name, type, requestBytes: text.length })
    })

    test('an agent in the URL, by id or by slug, is the agent in the log', proxied, async () => {
      const agent = await admin('fake', '/api/agents', { method: 'POST', body: JSON.stringify({ name: `Transport ${name}` }) })
      for (const id of [agent.id, agent.id.toUpperCase(), agent.slug]) {
        const call = newCall('fake')
        assert.equal((await send(call, name, { path: `/${id}${path}` })).status, 200, `agent ${id}`)
        await recorded(call, { provider: name, type, model, agentId: agent.id, agentName: agent.name })
      }
    })

    test('an agent that does not exist is refused in the dialect’s own words', proxied, async () => {
      const response = await send(newCall('fake'), name, { path: `/00000000-0000-4000-8000-000000000000${path}` })
      assert.equal(response.status, 404)
      const { error } = await response.json()
      assert.equal(typeof error.message, 'string')
      assert.equal(
        { openai: typeof error.type, anthropic: error.type, gemini: error.status }[name],
        { openai: 'string', anthropic: 'not_found_error', gemini: 'NOT_FOUND' }[name],
      )
    })

    test('no call may choose its own upstream', proxied, async () => {
      const call = newCall('fake')
      const elsewhere = 'http://127.0.0.1:9/elsewhere'
      await send(call, name, {
        path: `${path}?base_url=${encodeURIComponent(elsewhere)}`,
        headers: { 'x-forwarded-host': '127.0.0.1:9', 'x-base-url': elsewhere, 'x-archestra-base-url': elsewhere },
      })
      assert.equal((await reachedUpstream(call)).length, 1)
    })
  })
}

describe('transport: tolerance', () => {
  const tolerated = [
    ['openai', '/v1/chat/completions', '/v1/chat/completions'],
    ['anthropic', '/messages', '/v1/messages'],
    ['gemini', '/models/gemini-3.8-flash:generateContent', '/v1beta/models/gemini-3.8-flash:generateContent'],
  ]
  for (const [name, path, upstreamPath] of tolerated) {
    test(`${name} also answers on ${path}`, proxied, async () => {
      const call = newCall('fake')
      assert.equal((await send(call, name, { path })).status, 200)
      assert.equal((await reachedUpstream(call))[0].path, upstreamPath)
      await recorded(call, { provider: name, type: dialects[name].type, inputTokens: 50 })
    })
  }

  test('gemini takes its key from the query, and the log does not keep it', async () => {
    const call = newCall('fake')
    const response = await fetch(`${call.urls.gemini}${dialects.gemini.path}?key=AIza-in-the-query`, {
      method: 'POST',
      body: JSON.stringify(dialects.gemini.body),
      headers: { ...call.headers, 'content-type': 'application/json' },
    })
    assert.equal(response.status, 200)
    const [entry] = await reachedUpstream(call)
    assert.ok(entry.query.includes('AIza-in-the-query') || entry.headers['x-goog-api-key'] === 'AIza-in-the-query')
    const rows = await recorded(call, { provider: 'gemini', type: 'gemini:generateContent', inputTokens: 50 })
    assert.ok(!JSON.stringify(rows).includes('AIza-in-the-query'))
  })

  test('the log names the user, the session and the external agent', proxied, async () => {
    const call = newCall('fake')
    const body = JSON.stringify({
      model: 'claude-sonnet-5-5',
      max_tokens: 9,
      metadata: { user_id: 'user_1234_account__session_0d5a0c5e-1f6b-4f0e-9a65-1a1b8f5d1a11' },
      messages: [{ role: 'user', content: 'Hello' }],
    })
    await (await send(call, 'anthropic', { body })).text()
    const [row] = await recorded(call, { provider: 'anthropic', sessionId: '0d5a0c5e-1f6b-4f0e-9a65-1a1b8f5d1a11', externalAgentId: call.id })
    assert.ok(row.sessionSource)
    const second = newCall('fake')
    await (await send(second, 'openai', { headers: { 'x-archestra-session-id': 'session-from-header' } })).text()
    await recorded(second, { provider: 'openai', sessionId: 'session-from-header' })
  })

  test('the UI’s own address serves the proxy too', proxied, async () => {
    const call = newCall('fake')
    call.urls = { openai: call.urls.openai.replace(call.urls.api, call.urls.ui) }
    assert.equal((await send(call, 'openai')).status, 200)
    await recorded(call, { provider: 'openai', type: 'openai:chatCompletions', inputTokens: 50 })
  })

  test('twenty calls at once are twenty rows', async () => {
    const call = newCall('fake')
    const answers = await Promise.all(Array.from({ length: 20 }, (_, index) => send(call, Object.keys(dialects)[index % 3])))
    assert.ok(answers.every((answer) => answer.status === 200))
    await Promise.all(answers.map((answer) => answer.text()))
    await recorded(call, ...Array.from({ length: 20 }, () => ({ inputTokens: 50 })))
  })
})

test('transport: the suite really went through the proxy', proxied, () => {
  assert.ok(target.fake.openai.startsWith(target.fake.api))
})
