// The @google/genai package through the proxy. The independent mock speaks /v1beta only; the package's own default, /v1, goes to FakeProvider.
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'

import { ApiError, GoogleGenAI } from '@google/genai'

import { anyStatus, collect, detailOf, newCall, reachedUpstream, recorded, redPixel, weatherSchema } from '../harness.mjs'

const model = 'gemini-3.8-flash'
const generate = { provider: 'gemini', type: 'gemini:generateContent', model, requestedModel: model }
const fakeTokens = { inputTokens: 50, cacheReadTokens: 40, outputTokens: 30 }
const config = { tools: [{ functionDeclarations: [{ name: 'get_weather', description: 'Weather of a city', parametersJsonSchema: weatherSchema }] }] }

function open(side = 'mock') {
  const call = newCall(side)
  const httpOptions = { baseUrl: call.urls.gemini, headers: call.headers, timeout: 30_000, retryOptions: { attempts: 1 } }
  return { call, client: new GoogleGenAI({ apiKey: 'AIza-client-key', httpOptions, ...(side === 'mock' && { apiVersion: 'v1beta' }) }) }
}

const cities = (calls) => calls.map((tool) => tool.args.city)

describe('google-genai (JavaScript): generateContent', () => {
  test('an answer comes back and is logged with the tokens of its usage', async () => {
    const { client, call } = open()
    const answer = await client.models.generateContent({ model, contents: 'Say hello' })
    assert.equal(answer.text, 'Hello from the mock upstream.')
    await recorded(call, { ...generate, inputTokens: 21, outputTokens: 7 })
  })

  test('a stream arrives in pieces and its usage is counted', async () => {
    const { client, call } = open()
    const chunks = await collect(await client.models.generateContentStream({ model, contents: 'Say hello' }))
    assert.equal(chunks.map((chunk) => chunk.text).join(''), 'Hello from the mock upstream.')
    await recorded(call, { ...generate, stream: true, inputTokens: 21, outputTokens: 7 })
  })

  test('the default /v1 paths work, with cached and thinking tokens counted', async () => {
    const whole = open('fake')
    assert.equal((await whole.client.models.generateContent({ model, contents: 'Hello' })).text, 'FakeProvider answers.')
    assert.equal((await reachedUpstream(whole.call))[0].path, `/v1/models/${model}:generateContent`)
    await recorded(whole.call, { ...generate, ...fakeTokens })
    const streamed = open('fake')
    const chunks = await collect(await streamed.client.models.generateContentStream({ model, contents: 'Hello' }))
    assert.equal(chunks.at(-1).text, 'FakeProvider answers.')
    assert.equal((await reachedUpstream(streamed.call))[0].query, '?alt=sse')
    const [row] = await recorded(streamed.call, { ...generate, ...fakeTokens, stream: true })
    if (!row) return
    const { response } = await detailOf(streamed.call, row)
    assert.equal(response.candidates[0].content.parts.find((part) => !part.thought).text, 'FakeProvider answers.', 'the log reassembles the stream')
  })

  test('a tool call comes back', async () => {
    const { client, call } = open()
    assert.deepEqual(cities((await client.models.generateContent({ model, contents: 'Weather in Paris', config })).functionCalls), ['Paris'])
    await recorded(call, { ...generate, inputTokens: 58, outputTokens: 17, toolCallCount: 1 })
  })

  test('parallel tool calls stream, with their thought signatures', async () => {
    const { client, call } = open()
    const chunks = await collect(await client.models.generateContentStream({ model, contents: 'Weather in Paris and Rome', config }))
    assert.deepEqual(cities(chunks.flatMap((chunk) => chunk.functionCalls ?? [])), ['Paris', 'Rome'])
    await recorded(call, { ...generate, stream: true, inputTokens: 64, outputTokens: 38, toolCallCount: 2 })
    const fake = open('fake')
    const parts = (await collect(await fake.client.models.generateContentStream({ model, contents: 'Weather in Paris and Rome', config }))).flatMap(
      (chunk) => chunk.candidates[0].content.parts,
    )
    assert.ok(parts.some((part) => part.functionCall && part.thoughtSignature))
    await recorded(fake.call, { ...generate, ...fakeTokens, stream: true, toolCallCount: 2 })
  })

  test('a tool result turn goes up and is answered', async () => {
    const { client, call } = open()
    const contents = [
      { role: 'user', parts: [{ text: 'Weather in Paris' }] },
      { role: 'model', parts: [{ functionCall: { name: 'get_weather', args: { city: 'Paris' } } }] },
      { role: 'user', parts: [{ functionResponse: { name: 'get_weather', response: { output: '19 degrees' } } }] },
    ]
    assert.equal((await client.models.generateContent({ model, contents, config })).text, 'Paris has 19 degrees.')
    await recorded(call, { ...generate, inputTokens: 83, outputTokens: 9 })
  })

  test('an image goes up', async () => {
    const { client, call } = open()
    const contents = [{ role: 'user', parts: [{ text: 'Describe this picture' }, { inlineData: { mimeType: 'image/png', data: redPixel } }] }]
    assert.equal((await client.models.generateContent({ model, contents })).text, 'One red pixel.')
    await recorded(call, { ...generate, inputTokens: 270, outputTokens: 5 })
  })

  test('a stream of two thousand pieces loses none', async () => {
    const { client, call } = open('fake')
    const chunks = await collect(await client.models.generateContentStream({ model, contents: '[fake:long]' }))
    assert.equal(chunks.filter((chunk) => chunk.text?.startsWith('word')).length, 2000)
    await recorded(call, { ...generate, ...fakeTokens, stream: true })
  })

  test('countTokens, embeddings and models pass through', async () => {
    const counted = open('fake')
    assert.equal((await counted.client.models.countTokens({ model, contents: 'Count me' })).totalTokens, 1234)
    await recorded(counted.call, { provider: 'gemini', type: 'gemini:countTokens', requestedModel: model })
    const embedded = open('fake')
    const answer = await embedded.client.models.embedContent({ model: 'gemini-embedding-001', contents: ['Embed this sentence'] })
    assert.deepEqual(answer.embeddings[0].values, [0.25, -0.5, 0.125])
    await recorded(embedded.call, { provider: 'gemini', requestedModel: 'gemini-embedding-001' })
    const listed = open('fake')
    assert.deepEqual(
      (await collect(await listed.client.models.list())).map((entry) => entry.name),
      [`models/${model}`],
    )
  })
})

describe('google-genai (JavaScript): failures', () => {
  for (const status of [400, 401, 429, 503]) {
    test(`${status} reaches the caller as ApiError with the upstream's words`, async () => {
      for (const [side, text, words] of [
        ['mock', `Fail with ${status}`, /mock/],
        ['fake', `[fake:error-${status}]`, /FakeProvider says/],
      ]) {
        for (const stream of [false, true]) {
          const { client, call } = open(side)
          const error = await client.models[stream ? 'generateContentStream' : 'generateContent']({ model, contents: text }).catch((error) => error)
          assert.ok(error instanceof ApiError, `got ${error?.constructor?.name}: ${error?.message}`)
          assert.equal(error.status, status)
          assert.match(error.message, words)
          await recorded(call, { ...generate, stream, status, outcome: status < 500 ? 'client_error' : 'upstream_error' })
        }
      }
    })
  }

  test('an upstream that drops the connection becomes an error a person understands', async () => {
    const { client, call } = open('fake')
    const error = await client.models.generateContent({ model, contents: '[fake:hang-up]' }).catch((error) => error)
    assert.ok(error instanceof Error)
    if ((await recorded(call, { ...generate, status: 502, outcome: 'upstream_error' })).length) {
      assert.ok(error instanceof ApiError)
      const body = JSON.parse(error.message).error
      assert.deepEqual([body.code, typeof body.status, typeof body.message], [502, 'string', 'string'])
    }
  })

  test('an error event in the middle of a stream is raised', async () => {
    const { client, call } = open('fake')
    const stream = await client.models.generateContentStream({ model, contents: '[fake:error-in-stream]' })
    await assert.rejects(collect(stream), /FakeProvider broke in mid-stream/)
    await recorded(call, { ...generate, stream: true, outcome: 'upstream_error' })
  })

  test('a stream that breaks off is raised, not taken for a short answer', async () => {
    const { client, call } = open('fake')
    await assert.rejects(async () => collect(await client.models.generateContentStream({ model, contents: '[fake:broken]' })))
    await recorded(call, { ...generate, stream: true, outcome: 'upstream_error' })
  })

  test('leaving a stream cancels the upstream and is logged', async () => {
    const { client, call } = open('fake')
    const controller = new AbortController()
    const stream = await client.models.generateContentStream({ model, contents: '[fake:endless]', config: { abortSignal: controller.signal } })
    await assert.rejects(async () => {
      for await (const chunk of stream) if (chunk.text?.startsWith('word5')) controller.abort()
    })
    await reachedUpstream(call, ([entry]) => entry?.state === 'cut off')
    await recorded(call, { ...generate, stream: true, outcome: 'client_left' })
  })

  test('leaving before the first byte cancels the upstream and is logged', async () => {
    const { client, call } = open('fake')
    const controller = new AbortController()
    const pending = client.models.generateContent({ model, contents: '[fake:silent]', config: { abortSignal: controller.signal } })
    await reachedUpstream(call)
    controller.abort()
    await assert.rejects(pending)
    await reachedUpstream(call, ([entry]) => entry?.state === 'cut off')
    await recorded(call, { ...generate, status: anyStatus, outcome: 'client_left' })
  })
})
