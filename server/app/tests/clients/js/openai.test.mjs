// The openai package through the proxy: what its calls return, what its errors are, and what the log says of them.
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'

import OpenAI from 'openai'

import { anyStatus, collect, detailOf, newCall, reachedUpstream, recorded, redPixel, weatherSchema } from '../harness.mjs'

const model = 'gpt-5.4-mini'
const chat = { provider: 'openai', type: 'openai:chatCompletions', model, requestedModel: model }
const responses = { ...chat, type: 'openai:responses' }
const tools = [{ type: 'function', function: { name: 'get_weather', description: 'Weather of a city', parameters: weatherSchema } }]
const responseTools = [{ type: 'function', name: 'get_weather', description: 'Weather of a city', parameters: weatherSchema, strict: true }]
const say = (content) => [{ role: 'user', content }]

function open(side) {
  const call = newCall(side)
  return {
    call,
    client: new OpenAI({ apiKey: 'sk-client-key', baseURL: call.urls.openai, defaultHeaders: call.headers, maxRetries: 0, timeout: 30_000 }),
  }
}

describe('openai (JavaScript): chat completions', () => {
  test('a chat answers and is logged with the tokens of its usage', async () => {
    const { client, call } = open()
    const answer = await client.chat.completions.create({ model, messages: say('Say hello') })
    assert.equal(answer.choices[0].message.content, 'Hello from the mock upstream.')
    assert.equal(answer.usage.total_tokens, 28)
    const [row] = await recorded(call, { ...chat, inputTokens: 21, outputTokens: 7 })
    if (!row) return
    const detail = await detailOf(call, row)
    assert.equal(detail.request.messages[0].content, 'Say hello')
    assert.equal(detail.response.choices[0].message.content, 'Hello from the mock upstream.')
  })

  test('a stream arrives in pieces and its usage chunk is counted', async () => {
    const { client, call } = open()
    const chunks = await collect(
      await client.chat.completions.create({ model, messages: say('Say hello'), stream: true, stream_options: { include_usage: true } }),
    )
    assert.equal(chunks.map((chunk) => chunk.choices[0]?.delta.content ?? '').join(''), 'Hello from the mock upstream.')
    assert.equal(chunks.at(-1).usage.prompt_tokens, 21)
    const [row] = await recorded(call, { ...chat, stream: true, inputTokens: 21, outputTokens: 7 })
    if (!row) return
    const detail = await detailOf(call, row)
    assert.equal(detail.response.choices[0].message.content, 'Hello from the mock upstream.', 'the log reassembles the stream')
  })

  test('a stream that asks for no usage gets none', async () => {
    const { client, call } = open('fake')
    const chunks = await collect(await client.chat.completions.create({ model, messages: say('Hello'), stream: true }))
    assert.ok(chunks.every((chunk) => !chunk.usage))
    await recorded(call, { ...chat, stream: true })
  })

  test('cached and reasoning tokens are counted apart', async () => {
    const { client, call } = open('fake')
    const { data, request_id } = await client.chat.completions.create({ model, messages: say('Hello') }).withResponse()
    assert.equal(data.usage.prompt_tokens_details.cached_tokens, 40)
    assert.match(request_id, /^req_/)
    await recorded(call, { ...chat, inputTokens: 50, cacheReadTokens: 40, outputTokens: 30 })
  })

  test('a tool call comes back whole', async () => {
    const { client, call } = open()
    const { choices } = await client.chat.completions.create({ model, messages: say('Weather in Paris'), tools })
    assert.equal(choices[0].finish_reason, 'tool_calls')
    assert.deepEqual(JSON.parse(choices[0].message.tool_calls[0].function.arguments), { city: 'Paris' })
    await recorded(call, { ...chat, inputTokens: 58, outputTokens: 17, toolCallCount: 1 })
  })

  test('parallel tool calls stream with their own indexes', async () => {
    const { client, call } = open()
    const stream = client.chat.completions.stream({
      model,
      messages: say('Weather in Paris and Rome'),
      tools,
      parallel_tool_calls: true,
      stream_options: { include_usage: true },
    })
    const { message } = (await stream.finalChatCompletion()).choices[0]
    assert.deepEqual(
      message.tool_calls.map((tool) => [tool.id, JSON.parse(tool.function.arguments).city]),
      [
        ['call_paris', 'Paris'],
        ['call_rome', 'Rome'],
      ],
    )
    await recorded(call, { ...chat, stream: true, inputTokens: 64, outputTokens: 38, toolCallCount: 2 })
  })

  test('a tool result turn goes up and is answered', async () => {
    const { client, call } = open()
    const tool_calls = [{ id: 'call_paris', type: 'function', function: { name: 'get_weather', arguments: '{"city":"Paris"}' } }]
    const messages = [
      ...say('Weather in Paris'),
      { role: 'assistant', content: null, tool_calls },
      { role: 'tool', tool_call_id: 'call_paris', content: '19 degrees' },
    ]
    const { choices } = await client.chat.completions.create({ model, messages, tools })
    assert.equal(choices[0].message.content, 'Paris has 19 degrees.')
    await recorded(call, { ...chat, inputTokens: 83, outputTokens: 9, toolCallCount: 0 })
  })

  test('an image goes up', async () => {
    const { client, call } = open()
    const content = [
      { type: 'text', text: 'Describe this picture' },
      { type: 'image_url', image_url: { url: `data:image/png;base64,${redPixel}` } },
    ]
    const { choices } = await client.chat.completions.create({ model, messages: say(content) })
    assert.equal(choices[0].message.content, 'One red pixel.')
    await recorded(call, { ...chat, inputTokens: 270, outputTokens: 5 })
  })

  test('a stream of two thousand pieces loses none', async () => {
    const { client, call } = open('fake')
    const chunks = await collect(
      await client.chat.completions.create({ model, messages: say('[fake:long]'), stream: true, stream_options: { include_usage: true } }),
    )
    assert.equal(chunks.filter((chunk) => chunk.choices[0]?.delta.content?.startsWith('word')).length, 2000)
    await recorded(call, { ...chat, stream: true, inputTokens: 50, outputTokens: 30 })
  })
})

describe('openai (JavaScript): responses, embeddings, models', () => {
  test('a response answers and is logged', async () => {
    const { client, call } = open()
    const answer = await client.responses.create({ model, input: 'Say hello' })
    assert.equal(answer.output_text, 'Hello from the mock upstream.')
    await recorded(call, { ...responses, inputTokens: 21, outputTokens: 7 })
  })

  test('a response streams and its final event is counted', async () => {
    const { client, call } = open('fake')
    const final = await client.responses.stream({ model, input: 'Hello' }).finalResponse()
    assert.equal(final.output_text, 'FakeProvider answers.')
    await recorded(call, { ...responses, stream: true, inputTokens: 50, cacheReadTokens: 40, outputTokens: 30 })
  })

  test('a response calls a tool, streamed and not', async () => {
    const { client, call } = open()
    const whole = await client.responses.create({ model, input: 'Weather in Paris', tools: responseTools })
    const streamed = await collect(await client.responses.create({ model, input: 'Weather in Paris', tools: responseTools, stream: true }))
    for (const { output } of [whole, streamed.at(-1).response])
      assert.deepEqual(JSON.parse(output.find((item) => item.type === 'function_call').arguments), { city: 'Paris' })
    const expected = { ...responses, inputTokens: 58, outputTokens: 17, toolCallCount: 1 }
    await recorded(call, expected, { ...expected, stream: true })
  })

  test('a tool result goes up as a response item', async () => {
    const { client, call } = open()
    const input = [
      ...say('Weather in Paris'),
      { type: 'function_call', call_id: 'call_paris', name: 'get_weather', arguments: '{"city":"Paris"}' },
      { type: 'function_call_output', call_id: 'call_paris', output: '19 degrees' },
    ]
    assert.equal((await client.responses.create({ model, input, tools: responseTools })).output_text, 'Paris has 19 degrees.')
    await recorded(call, { ...responses, inputTokens: 83, outputTokens: 9 })
  })

  test('embeddings come back as numbers', async () => {
    const { client, call } = open()
    const answer = await client.embeddings.create({ model: 'text-embedding-3-small', input: 'Embed this sentence' })
    assert.deepEqual(
      answer.data[0].embedding.map((value) => Math.round(value * 1000) / 1000),
      [0.25, -0.5, 0.125],
    )
    await recorded(call, { provider: 'openai', type: 'openai:embeddings', model: 'text-embedding-3-small', inputTokens: answer.usage.prompt_tokens })
  })

  test('models and other paths pass through', async () => {
    const { client, call } = open('fake')
    assert.deepEqual(
      (await collect(client.models.list())).map((entry) => entry.id),
      [model],
    )
    assert.deepEqual(await collect(client.files.list({ purpose: 'batch', limit: 3 })), [])
    const [, files] = await reachedUpstream(call, (entries) => entries.length === 2)
    assert.equal(files.query, '?purpose=batch&limit=3')
  })

  test('a file goes up and a sound comes down, byte for byte', async () => {
    const everyByte = Uint8Array.from({ length: 256 }, (_, value) => value)
    const { client, call } = open('fake')
    const file = await client.files.create({ file: new File([everyByte], 'every.bin'), purpose: 'user_data' })
    assert.equal(file.id, 'file-fake')
    const [{ headers, bodyLength }] = await reachedUpstream(call)
    assert.match(headers['content-type'], /^multipart\/form-data; boundary=/)
    assert.ok(bodyLength > 256)
    const sound = await client.audio.speech.create({ model: 'gpt-4o-mini-tts', voice: 'alloy', input: 'Hello' })
    assert.deepEqual(new Uint8Array(await sound.arrayBuffer()), everyByte)
  })
})

describe('openai (JavaScript): failures', () => {
  const cases = [
    [400, OpenAI.BadRequestError],
    [401, OpenAI.AuthenticationError],
    [429, OpenAI.RateLimitError],
    [503, OpenAI.InternalServerError],
  ]
  for (const [status, type] of cases) {
    test(`${status} reaches the caller as ${type.name} with the upstream's words`, async () => {
      for (const [side, text, words] of [
        ['mock', `Fail with ${status}`, /mock/],
        ['fake', `[fake:error-${status}]`, /FakeProvider says/],
      ]) {
        for (const stream of [false, true]) {
          const { client, call } = open(side)
          const error = await client.chat.completions.create({ model, messages: say(text), stream }).catch((error) => error)
          assert.ok(error instanceof type, `got ${error?.constructor?.name}: ${error?.message}`)
          assert.match(error.message, words)
          if (status === 429) assert.equal(error.headers.get('retry-after'), '7')
          await recorded(call, { ...chat, stream, status, outcome: status < 500 ? 'client_error' : 'upstream_error' })
        }
      }
    })
  }

  test('an upstream that drops the connection becomes an API error a person understands', async () => {
    const { client, call } = open('fake')
    const error = await client.chat.completions.create({ model, messages: say('[fake:hang-up]') }).catch((error) => error)
    assert.ok(error instanceof OpenAI.APIError)
    if ((await recorded(call, { ...chat, status: 502, outcome: 'upstream_error' })).length) {
      assert.equal(error.status, 502)
      assert.equal(typeof error.error.message, 'string')
    }
  })

  test('an HTML error page keeps its status', async () => {
    const { client, call } = open('fake')
    const error = await client.chat.completions.create({ model, messages: say('[fake:html]') }).catch((error) => error)
    assert.equal(error.status, 502)
    await recorded(call, { ...chat, status: 502, outcome: 'upstream_error' })
  })

  test('an error event in the middle of a stream is raised', async () => {
    const { client, call } = open('fake')
    const stream = await client.chat.completions.create({ model, messages: say('[fake:error-in-stream]'), stream: true })
    await assert.rejects(collect(stream), /FakeProvider broke in mid-stream/)
    await recorded(call, { ...chat, stream: true, outcome: 'upstream_error' })
  })

  test('a stream that breaks off is raised, not taken for a short answer', async () => {
    const { client, call } = open('fake')
    const stream = await client.chat.completions.create({ model, messages: say('[fake:broken]'), stream: true })
    await assert.rejects(collect(stream))
    await recorded(call, { ...chat, stream: true, outcome: 'upstream_error' })
  })

  test('leaving a stream cancels the upstream and is logged', async () => {
    const { client, call } = open('fake')
    let pieces = 0
    for await (const _ of await client.chat.completions.create({ model, messages: say('[fake:endless]'), stream: true }))
      if ((pieces += 1) === 5) break
    await reachedUpstream(call, ([entry]) => entry?.state === 'cut off')
    await recorded(call, { ...chat, stream: true, outcome: 'client_left' })
  })

  test('leaving before the first byte cancels the upstream and is logged', async () => {
    const { client, call } = open('fake')
    const controller = new AbortController()
    const pending = client.chat.completions.create({ model, messages: say('[fake:silent]') }, { signal: controller.signal })
    await reachedUpstream(call)
    controller.abort()
    await assert.rejects(pending, OpenAI.APIUserAbortError)
    await reachedUpstream(call, ([entry]) => entry?.state === 'cut off')
    await recorded(call, { ...chat, status: anyStatus, outcome: 'client_left' })
  })
})
