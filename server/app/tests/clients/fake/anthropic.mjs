// Anthropic as FakeProvider speaks it: docs.anthropic.com/en/api (messages, streaming, count_tokens, models, errors).
import { identifier, sse } from './frames.mjs'

const kinds = {
  400: 'invalid_request_error',
  401: 'authentication_error',
  403: 'permission_error',
  404: 'not_found_error',
  413: 'request_too_large',
  429: 'rate_limit_error',
  500: 'api_error',
  503: 'api_error',
  529: 'overloaded_error',
}
const usage = {
  input_tokens: 50,
  cache_creation_input_tokens: 25,
  cache_read_input_tokens: 40,
  cache_creation: { ephemeral_5m_input_tokens: 25, ephemeral_1h_input_tokens: 0 },
  service_tier: 'standard',
}
const text = 'FakeProvider answers.'
const signature = 'EqQBCgIYAhIkZmFrZS1zaWduYXR1cmUtb2YtYS10aGlua2luZy1ibG9jaw=='

export const anthropic = {
  headers: () => ({
    'request-id': identifier('req_'),
    'anthropic-organization-id': 'org-fake',
    'anthropic-ratelimit-requests-limit': '4000',
    'anthropic-ratelimit-requests-remaining': '3999',
    'anthropic-ratelimit-requests-reset': '2026-11-21T00:00:00Z',
  }),
  credential: ({ request }) => request.headers['x-api-key'] || request.headers.authorization?.startsWith('Bearer '),
  error: (status, message) => ({ type: 'error', error: { type: kinds[status] ?? 'api_error', message }, request_id: identifier('req_') }),
  async answer(call) {
    if (call.path === '/v1/messages' && call.request.method === 'POST') return messages(call)
    if (call.path === '/v1/messages/count_tokens') return call.reply({ input_tokens: 1234 })
    if (call.path === '/v1/models')
      return call.reply({
        data: [{ type: 'model', id: 'claude-sonnet-5-5', display_name: 'Claude Sonnet 5.5', created_at: '2025-09-29T00:00:00Z' }],
        has_more: false,
        first_id: 'claude-sonnet-5-5',
        last_id: 'claude-sonnet-5-5',
      })
    return call.notFound()
  },
}

function messages(call) {
  const content = [
    { type: 'thinking', thinking: 'A short thought.', signature },
    { type: 'text', text },
  ]
  const message = {
    id: identifier('msg_'),
    type: 'message',
    role: 'assistant',
    model: call.json.model,
    content,
    stop_reason: 'end_turn',
    stop_sequence: null,
    usage: { ...usage, output_tokens: 30 },
  }
  if (!call.json.stream) return call.reply(message)
  const event = (type, rest) => sse({ type, ...rest }, type)
  const delta = (index, delta) => event('content_block_delta', { index, delta })
  // The real service starts with a small output count and gives the final one in message_delta.
  const head =
    event('message_start', { message: { ...message, content: [], stop_reason: null, usage: { ...usage, output_tokens: 2 } } }) +
    event('content_block_start', { index: 0, content_block: { type: 'thinking', thinking: '', signature: '' } }) +
    event('ping', {}) +
    delta(0, { type: 'thinking_delta', thinking: 'A short thought.' }) +
    delta(0, { type: 'signature_delta', signature }) +
    event('content_block_stop', { index: 0 }) +
    event('content_block_start', { index: 1, content_block: { type: 'text', text: '' } })
  const tail =
    delta(1, { type: 'text_delta', text }) +
    event('content_block_stop', { index: 1 }) +
    event('message_delta', { delta: { stop_reason: 'end_turn', stop_sequence: null }, usage: { output_tokens: 30 } }) +
    event('message_stop', {})
  return call.stream({
    frames: [head, tail],
    filler: (index) => delta(1, { type: 'text_delta', text: `word${index} ` }),
    errorFrame: sse({ type: 'error', error: { type: 'overloaded_error', message: 'FakeProvider broke in mid-stream' } }, 'error'),
  })
}
