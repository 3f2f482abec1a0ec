// Whose key reaches the vendor: the client's own, or the server's for a caller that shows an Archestra API key.
import assert from 'node:assert/strict'
import { before, describe, test } from 'node:test'

import Anthropic from '@anthropic-ai/sdk'
import { ApiError, GoogleGenAI } from '@google/genai'
import OpenAI from 'openai'

import { admin, newCall, proxied, reachedUpstream, recorded, target } from '../harness.mjs'

const openai = (call, apiKey) =>
  new OpenAI({ apiKey, baseURL: call.urls.openai, defaultHeaders: call.headers, maxRetries: 0 }).chat.completions.create({
    model: 'gpt-5.4-mini',
    messages: [{ role: 'user', content: 'Hello' }],
  })
// From 1.x on the package sends its key as a bearer token; Claude Code and everything older sends x-api-key.
const anthropic = (call, { headers, ...credential }) =>
  new Anthropic({
    apiKey: null,
    ...credential,
    baseURL: call.urls.anthropic,
    defaultHeaders: { ...call.headers, ...headers },
    maxRetries: 0,
  }).messages.create({ model: 'claude-sonnet-5-5', max_tokens: 9, messages: [{ role: 'user', content: 'Hello' }] })
const gemini = (call, apiKey) =>
  new GoogleGenAI({
    apiKey,
    httpOptions: { baseUrl: call.urls.gemini, headers: call.headers, retryOptions: { attempts: 1 } },
  }).models.generateContent({ model: 'gemini-3.8-flash', contents: 'Hello' })

// Every credential header the vendor was shown, so that a key left beside the right one is seen too.
async function shown(call) {
  const [{ headers, query }] = await reachedUpstream(call)
  return {
    query,
    ...Object.fromEntries(Object.entries(headers).filter(([name]) => ['authorization', 'x-api-key', 'x-goog-api-key', 'cookie'].includes(name))),
  }
}

describe('credentials', () => {
  test('a client’s own key goes to the vendor untouched', async () => {
    for (const [make, credential, expected] of [
      [openai, 'sk-own', { authorization: 'Bearer sk-own' }],
      [gemini, 'AIza-own', { 'x-goog-api-key': 'AIza-own' }],
      [anthropic, { headers: { 'x-api-key': 'sk-ant-own' } }, { 'x-api-key': 'sk-ant-own' }],
      [anthropic, { apiKey: 'sk-ant-own' }, { authorization: 'Bearer sk-ant-own' }],
      [anthropic, { authToken: 'oauth-own' }, { authorization: 'Bearer oauth-own' }],
    ]) {
      const call = newCall('fake')
      await make(call, credential)
      assert.deepEqual(await shown(call), { query: '', ...expected })
    }
  })

  describe('with an Archestra API key', proxied, () => {
    let key
    let me
    before(async () => {
      if (target.direct) return
      const made = await admin('fake', '/api/auth/api-key/create', { method: 'POST', body: JSON.stringify({ name: 'client tests' }) })
      key = made.key
      me = (await admin('fake', '/api/auth/get-session')).user.id
    })

    test('the server’s own key goes to the vendor, and the log knows who called', async () => {
      const { serverKeys } = target.fake
      assert.match(key, /^archestra_/)
      for (const [make, credential, expected] of [
        [openai, key, { authorization: `Bearer ${serverKeys.openai}` }],
        [gemini, key, { 'x-goog-api-key': serverKeys.gemini }],
        [anthropic, { headers: { 'x-api-key': key } }, { 'x-api-key': serverKeys.anthropic }],
        [anthropic, { apiKey: key }, { 'x-api-key': serverKeys.anthropic }],
      ]) {
        const call = newCall('fake')
        await make(call, credential)
        assert.deepEqual(await shown(call), { query: '', ...expected })
        await recorded(call, { userId: me, inputTokens: 50 })
      }
    })

    test('an unknown Archestra key is refused in the dialect’s own words and never leaves', async () => {
      const bad = `${key.slice(0, -4)}AAAA`
      const failures = [
        [openai, bad, OpenAI.AuthenticationError],
        [anthropic, { headers: { 'x-api-key': bad } }, Anthropic.AuthenticationError],
        [anthropic, { apiKey: bad }, Anthropic.AuthenticationError],
        [gemini, bad, ApiError],
      ]
      for (const [make, credential, type] of failures) {
        const call = newCall('fake')
        const error = await make(call, credential).catch((error) => error)
        assert.ok(error instanceof type, `got ${error?.constructor?.name}: ${error?.message}`)
        assert.equal(error.status, 401)
        assert.ok(!JSON.stringify([error.message, error.error]).includes(bad), 'the refusal does not repeat the key')
        assert.deepEqual(await (await fetch(`${target.fake.upstream}/__fake/journal?call=${call.id}`)).json(), [])
      }
    })

    test('a deleted key stops working', async () => {
      const made = await admin('fake', '/api/auth/api-key/create', { method: 'POST', body: JSON.stringify({ name: 'short-lived' }) })
      await openai(newCall('fake'), made.key)
      await admin('fake', '/api/auth/api-key/delete', { method: 'POST', body: JSON.stringify({ keyId: made.id }) })
      await assert.rejects(openai(newCall('fake'), made.key), OpenAI.AuthenticationError)
    })

    test('a server without a key of its own says so instead of sending ours to the vendor', async () => {
      const made = await admin('mock', '/api/auth/api-key/create', { method: 'POST', body: JSON.stringify({ name: 'client tests' }) })
      const error = await openai(newCall('mock'), made.key).catch((error) => error)
      assert.ok(error instanceof OpenAI.APIError)
      assert.ok(error.status >= 400, `${error.status} ${error.message}`)
      const journal = await (await fetch(`${target.mock.upstream}/__aimock/journal?limit=1000`)).text()
      assert.ok(!journal.includes(made.key))
    })
  })

  test('our own session cookie stays here', proxied, async () => {
    const call = newCall('fake')
    const headers = { ...call.headers, cookie: target.fake.cookie, authorization: 'Bearer sk-own', 'content-type': 'application/json' }
    await (
      await fetch(`${call.urls.openai}/chat/completions`, { method: 'POST', headers, body: JSON.stringify({ model: 'gpt-5.4-mini', messages: [] }) })
    ).text()
    assert.deepEqual(await shown(call), { query: '', authorization: 'Bearer sk-own' })
  })

  test('a caller without any credential never gets the server’s key', proxied, async () => {
    for (const [name, path, body] of [
      ['openai', '/chat/completions', { model: 'gpt-5.4-mini', messages: [] }],
      ['anthropic', '/v1/messages', { model: 'claude-sonnet-5-5', messages: [] }],
      ['gemini', '/v1beta/models/gemini-3.8-flash:generateContent', { contents: [] }],
    ]) {
      const call = newCall('fake')
      const response = await fetch(call.urls[name] + path, {
        method: 'POST',
        body: JSON.stringify(body),
        headers: { ...call.headers, 'content-type': 'application/json' },
      })
      assert.equal(response.status, 401, name)
      const seen = await (await fetch(`${target.fake.upstream}/__fake/journal?call=${call.id}`)).text()
      for (const secret of Object.values(target.fake.serverKeys)) assert.ok(!seen.includes(secret))
    }
  })
})
