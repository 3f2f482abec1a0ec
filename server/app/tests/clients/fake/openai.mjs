// OpenAI as FakeProvider speaks it: platform.openai.com/docs/api-reference (chat, responses, embeddings, models, errors).
import { identifier, sse } from './frames.mjs'

const codes = {
  400: { type: 'invalid_request_error', param: 'messages', code: null },
  401: { type: 'invalid_request_error', param: null, code: 'invalid_api_key' },
  404: { type: 'invalid_request_error', param: null, code: 'unknown_url' },
  429: { type: 'requests', param: null, code: 'rate_limit_exceeded' },
  503: { type: 'server_error', param: null, code: null },
}
// 40 of the 90 prompt tokens came from the cache, 12 of the 30 answer tokens were reasoning.
const chatUsage = {
  prompt_tokens: 90,
  completion_tokens: 30,
  total_tokens: 120,
  prompt_tokens_details: { cached_tokens: 40, audio_tokens: 0 },
  completion_tokens_details: { reasoning_tokens: 12, audio_tokens: 0 },
}
const responsesUsage = {
  input_tokens: 90,
  input_tokens_details: { cached_tokens: 40 },
  output_tokens: 30,
  output_tokens_details: { reasoning_tokens: 12 },
  total_tokens: 120,
}
const text = 'FakeProvider answers.'
const everyByte = Buffer.from(Array.from({ length: 256 }, (_, value) => value))

export const openai = {
  headers: () => ({
    'x-request-id': identifier('req_'),
    'openai-organization': 'org-fake',
    'openai-processing-ms': '7',
    'openai-version': '2020-10-01',
    'x-ratelimit-limit-requests': '5000',
    'x-ratelimit-remaining-requests': '4999',
    'x-ratelimit-reset-requests': '12ms',
  }),
  credential: ({ request }) => request.headers.authorization?.startsWith('Bearer '),
  error: (status, message) => ({ error: { message, ...(codes[status] ?? codes[503]) } }),
  async answer(call) {
    if (call.path === '/v1/chat/completions') return chat(call)
    if (call.path === '/v1/responses') return responses(call)
    if (call.path === '/v1/models')
      return call.reply({ object: 'list', data: [{ id: 'gpt-5.4-mini', object: 'model', created: 1754425928, owned_by: 'system' }] })
    if (call.path === '/v1/audio/speech') return call.response.writeHead(200, { 'content-type': 'audio/mpeg' }).end(everyByte)
    if (call.path === '/v1/files' && call.request.method === 'POST')
      return call.reply({
        id: 'file-fake',
        object: 'file',
        bytes: 256,
        created_at: 1754425928,
        filename: 'every.bin',
        purpose: 'user_data',
        status: 'processed',
      })
    if (call.path === '/v1/files') return call.reply({ object: 'list', data: [], has_more: false })
    return call.notFound()
  },
}

function chat(call) {
  const id = identifier('chatcmpl-')
  const { model } = call.json
  const shared = { id, created: 1754425928, model, service_tier: 'default', system_fingerprint: 'fp_fake' }
  if (!call.json.stream) {
    return call.reply({
      ...shared,
      object: 'chat.completion',
      choices: [{ index: 0, message: { role: 'assistant', content: text, refusal: null, annotations: [] }, logprobs: null, finish_reason: 'stop' }],
      usage: chatUsage,
    })
  }
  const chunk = (delta, finish_reason = null) => sse({ ...shared, object: 'chat.completion.chunk', choices: [{ index: 0, delta, finish_reason }] })
  const usage = call.json.stream_options?.include_usage ? sse({ ...shared, object: 'chat.completion.chunk', choices: [], usage: chatUsage }) : ''
  return call.stream({
    frames: [chunk({ role: 'assistant', content: '', refusal: null }), chunk({ content: text }) + chunk({}, 'stop') + usage + sse('[DONE]')],
    filler: (index) => chunk({ content: `word${index} ` }),
    errorFrame: sse({ error: { message: 'FakeProvider broke in mid-stream', type: 'server_error', param: null, code: null } }),
  })
}

function responses(call) {
  const id = identifier('resp_')
  const message = {
    id: identifier('msg_'),
    type: 'message',
    status: 'completed',
    role: 'assistant',
    content: [{ type: 'output_text', text, annotations: [], logprobs: [] }],
  }
  const response = (status, rest) => ({
    id,
    object: 'response',
    created_at: 1754425928,
    model: call.json.model,
    status,
    error: null,
    incomplete_details: null,
    parallel_tool_calls: true,
    tools: [],
    store: false,
    output: [],
    usage: null,
    ...rest,
  })
  const done = response('completed', { output: [message], usage: responsesUsage })
  if (!call.json.stream) return call.reply(done)
  let sequence_number = 0
  const event = (type, rest) => sse({ type, sequence_number: sequence_number++, ...rest }, type)
  const place = { item_id: message.id, output_index: 0, content_index: 0 }
  const head =
    event('response.created', { response: response('in_progress') }) +
    event('response.in_progress', { response: response('in_progress') }) +
    event('response.output_item.added', { output_index: 0, item: { ...message, status: 'in_progress', content: [] } }) +
    event('response.content_part.added', { ...place, part: { type: 'output_text', text: '', annotations: [] } })
  const delta = (delta) => event('response.output_text.delta', { ...place, delta, logprobs: [] })
  const tail = () =>
    delta(text) +
    event('response.output_text.done', { ...place, text, logprobs: [] }) +
    event('response.content_part.done', { ...place, part: message.content[0] }) +
    event('response.output_item.done', { output_index: 0, item: message }) +
    event('response.completed', { response: done })
  return call.stream({
    frames: [head, tail()],
    filler: (index) => delta(`word${index} `),
    errorFrame: event('error', { code: 'server_error', message: 'FakeProvider broke in mid-stream', param: null }),
  })
}
