// The @anthropic-ai/sdk package through the proxy: what its calls return, what its errors are, and what the log says of them.
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'

import Anthropic from '@anthropic-ai/sdk'

import { anyStatus, collect, detailOf, newCall, reachedUpstream, recorded, redPixel, weatherSchema } from '../harness.mjs'

const model = 'claude-sonnet-5-5'
const messages = { provider: 'anthropic', type: 'anthropic:messages', model, requestedModel: model }
const tools = [{ name: 'get_weather', description: 'Weather of a city', input_schema: weatherSchema }]
const ask = (content, rest = {}) => ({ model, max_tokens: 512, messages: [{ role: 'user', content }], ...rest })

function open(side, credential = { apiKey: 'sk-ant-client-key' }) {
  const call = newCall(side)
  return {
    call,
    client: new Anthropic({ ...credential, baseURL: call.urls.anthropic, defaultHeaders: call.headers, maxRetries: 0, timeout: 30_000 }),
  }
}

describe('anthropic (JavaScript): messages', () => {
  test('a message answers and is logged with the tokens of its usage', async () => {
    const { client, call } = open()
    const answer = await client.messages.create(ask('Say hello'))
    assert.equal(answer.content[0].text, 'Hello from the mock upstream.')
    assert.equal(answer.usage.input_tokens, 21)
    await recorded(call, { ...messages, inputTokens: 21, outputTokens: 7 })
  })

  test('a stream keeps its thinking block and signature', async () => {
    const { client, call } = open('fake')
    const final = await client.messages.stream(ask('Hello', { thinking: { type: 'adaptive' } })).finalMessage()
    assert.deepEqual(
      final.content.map((block) => block.type),
      ['thinking', 'text'],
    )
    assert.ok(final.content[0].signature)
    const [row] = await recorded(call, { ...messages, stream: true, inputTokens: 50, cacheReadTokens: 40, cacheWriteTokens: 25, outputTokens: 30 })
    if (!row) return
    const { response } = await detailOf(call, row)
    assert.deepEqual(
      response.content,
      final.content.map(({ type, thinking, signature, text }) => (type === 'text' ? { type, text } : { type, thinking, signature })),
      'the log reassembles the stream',
    )
    assert.equal(response.stop_reason, 'end_turn')
  })

  test('the mock upstream thinks aloud through a stream', async () => {
    const { client, call } = open()
    const final = await client.messages.stream(ask('Think, then answer')).finalMessage()
    assert.equal(final.content[0].thinking, 'The person wants one number.')
    await recorded(call, { ...messages, stream: true, inputTokens: 33, outputTokens: 19 })
  })

  test('cache tokens of a whole answer are counted apart', async () => {
    const { client, call } = open('fake')
    const { data, request_id, response } = await client.messages.create(ask('Hello')).withResponse()
    assert.equal(data.usage.cache_read_input_tokens, 40)
    assert.match(request_id, /^req_/)
    assert.equal(response.headers.get('anthropic-ratelimit-requests-remaining'), '3999')
    await recorded(call, { ...messages, inputTokens: 50, cacheReadTokens: 40, cacheWriteTokens: 25, outputTokens: 30 })
  })

  test('a tool call comes back with stop reason tool_use', async () => {
    const { client, call } = open()
    const answer = await client.messages.create(ask('Weather in Paris', { tools }))
    assert.equal(answer.stop_reason, 'tool_use')
    assert.deepEqual(answer.content.find((block) => block.type === 'tool_use').input, { city: 'Paris' })
    await recorded(call, { ...messages, inputTokens: 58, outputTokens: 17, toolCallCount: 1 })
  })

  test('parallel tool calls stream as blocks of their own', async () => {
    const { client, call } = open()
    const final = await client.messages.stream(ask('Weather in Paris and Rome', { tools })).finalMessage()
    assert.equal(final.stop_reason, 'tool_use')
    assert.deepEqual(
      final.content.filter((block) => block.type === 'tool_use').map((block) => block.input.city),
      ['Paris', 'Rome'],
    )
    await recorded(call, { ...messages, stream: true, inputTokens: 64, outputTokens: 38, toolCallCount: 2 })
  })

  test('a tool result turn goes up and is answered', async () => {
    const { client, call } = open()
    const history = [
      { role: 'user', content: 'Weather in Paris' },
      { role: 'assistant', content: [{ type: 'tool_use', id: 'call_paris', name: 'get_weather', input: { city: 'Paris' } }] },
      { role: 'user', content: [{ type: 'tool_result', tool_use_id: 'call_paris', content: '19 degrees' }] },
    ]
    const answer = await client.messages.create({ model, max_tokens: 512, tools, messages: history })
    assert.equal(answer.content[0].text, 'Paris has 19 degrees.')
    await recorded(call, { ...messages, inputTokens: 83, outputTokens: 9, toolCallCount: 0 })
  })

  test('an image goes up', async () => {
    const { client, call } = open()
    const image = { type: 'image', source: { type: 'base64', media_type: 'image/png', data: redPixel } }
    const answer = await client.messages.create(ask([image, { type: 'text', text: 'Describe this picture' }]))
    assert.equal(answer.content[0].text, 'One red pixel.')
    await recorded(call, { ...messages, inputTokens: 270, outputTokens: 5 })
  })

  test('a stream of two thousand pieces loses none', async () => {
    const { client, call } = open('fake')
    const text = await client.messages.stream(ask('[fake:long]')).finalText()
    assert.equal(text.split(' ').filter((word) => word.startsWith('word')).length, 2000)
    await recorded(call, { ...messages, stream: true, inputTokens: 50, outputTokens: 30 })
  })

  test('count_tokens and models pass through', async () => {
    const { client, call } = open('fake')
    const { max_tokens, ...question } = ask('Count me')
    assert.equal((await client.messages.countTokens(question)).input_tokens, 1234)
    await recorded(call, { provider: 'anthropic', type: 'anthropic:countTokens', requestedModel: model })
    const other = open('fake')
    assert.deepEqual(
      (await collect(other.client.models.list({ limit: 5 }))).map((entry) => entry.id),
      [model],
    )
    assert.equal((await reachedUpstream(other.call))[0].query, '?limit=5')
  })

  test('beta headers and the beta query reach the upstream', async () => {
    const { client, call } = open('fake', { authToken: 'oauth-token', apiKey: null })
    await client.beta.messages.create(
      { ...ask('Hello'), betas: ['not-yet-invented-2099-01-01', 'context-management-2025-06-27'] },
      { query: { beta: 'true' } },
    )
    const [entry] = await reachedUpstream(call)
    assert.equal(entry.headers['anthropic-beta'], 'not-yet-invented-2099-01-01,context-management-2025-06-27')
    assert.equal(entry.headers.authorization, 'Bearer oauth-token')
    assert.match(entry.headers['anthropic-version'], /^20/)
    assert.equal(entry.query, '?beta=true')
    await recorded(call, { ...messages, inputTokens: 50 })
  })
})

describe('anthropic (JavaScript): failures', () => {
  const cases = [
    [400, Anthropic.BadRequestError],
    [401, Anthropic.AuthenticationError],
    [429, Anthropic.RateLimitError],
    [503, Anthropic.InternalServerError],
  ]
  for (const [status, type] of cases) {
    test(`${status} reaches the caller as ${type.name} with the upstream's words`, async () => {
      for (const [side, text, words] of [
        ['mock', `Fail with ${status}`, /mock/],
        ['fake', `[fake:error-${status}]`, /FakeProvider says/],
      ]) {
        for (const stream of [false, true]) {
          const { client, call } = open(side)
          const error = await client.messages.create(ask(text, { stream })).catch((error) => error)
          assert.ok(error instanceof type, `got ${error?.constructor?.name}: ${error?.message}`)
          assert.match(error.error.error.message, words)
          if (status === 429) assert.equal(error.headers.get('retry-after'), '7')
          await recorded(call, { ...messages, stream, status, outcome: status < 500 ? 'client_error' : 'upstream_error' })
        }
      }
    })
  }

  test('an overloaded upstream keeps its own status 529', async () => {
    const { client, call } = open('fake')
    const error = await client.messages.create(ask('[fake:error-529]')).catch((error) => error)
    assert.deepEqual([error.status, error.error.error.type], [529, 'overloaded_error'])
    await recorded(call, { ...messages, status: 529, outcome: 'upstream_error' })
  })

  test('an upstream that drops the connection becomes an API error a person understands', async () => {
    const { client, call } = open('fake')
    const error = await client.messages.create(ask('[fake:hang-up]')).catch((error) => error)
    assert.ok(error instanceof Anthropic.APIError)
    if ((await recorded(call, { ...messages, status: 502, outcome: 'upstream_error' })).length) {
      assert.equal(error.status, 502)
      assert.deepEqual([error.error.type, typeof error.error.error.message], ['error', 'string'])
    }
  })

  test('an error event in the middle of a stream is raised', async () => {
    const { client, call } = open('fake')
    await assert.rejects(client.messages.stream(ask('[fake:error-in-stream]')).finalMessage(), /FakeProvider broke in mid-stream/)
    await recorded(call, { ...messages, stream: true, outcome: 'upstream_error' })
  })

  test('a stream that breaks off is raised, not taken for a short answer', async () => {
    const { client, call } = open('fake')
    await assert.rejects(client.messages.stream(ask('[fake:broken]')).finalMessage())
    await recorded(call, { ...messages, stream: true, outcome: 'upstream_error' })
  })

  test('leaving a stream cancels the upstream and is logged', async () => {
    const { client, call } = open('fake')
    const stream = client.messages.stream(ask('[fake:endless]'))
    stream.on('text', (_, text) => {
      if (text.split(' ').length > 5) stream.abort()
    })
    await assert.rejects(stream.finalMessage(), Anthropic.APIUserAbortError)
    await reachedUpstream(call, ([entry]) => entry?.state === 'cut off')
    const [row] = await recorded(call, { ...messages, stream: true, outcome: 'client_left', inputTokens: 50 })
    if (!row) return
    assert.match((await detailOf(call, row)).response.content.at(-1).text, /^word0 word1/, 'what the client got before it left is in the log')
  })

  test('leaving before the first byte cancels the upstream and is logged', async () => {
    const { client, call } = open('fake')
    const controller = new AbortController()
    const pending = client.messages.create(ask('[fake:silent]'), { signal: controller.signal })
    await reachedUpstream(call)
    controller.abort()
    await assert.rejects(pending, Anthropic.APIUserAbortError)
    await reachedUpstream(call, ([entry]) => entry?.state === 'cut off')
    await recorded(call, { ...messages, status: anyStatus, outcome: 'client_left' })
  })
})
