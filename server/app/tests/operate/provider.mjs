// FakeProvider: OpenAI's chat completions as far as metrics care (platform.openai.com/docs/api-reference/chat). A model
// named `status-503` answers that; every other one answers, and says it is the model it was asked for.
import { once } from 'node:events'
import { createServer } from 'node:http'

const usage = { prompt_tokens: 90, completion_tokens: 30, total_tokens: 120, prompt_tokens_details: { cached_tokens: 40 } }
const words = ['Metrics ', 'are ', 'counted ', 'here.']

export async function startProvider() {
  const server = createServer((request, response) => answer(request, response).catch(() => response.destroy()))
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    url: `http://127.0.0.1:${server.address().port}`,
    stop() {
      server.close()
      server.closeAllConnections()
    },
  }
}

async function answer(request, response) {
  let body = ''
  for await (const piece of request) body += piece
  const json = (status, value) => response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(value))
  if (request.method !== 'POST') return json(200, { object: 'list', data: [{ id: 'gpt-4o-mini', object: 'model' }] })
  const { model, stream } = JSON.parse(body)
  const status = Number(/^status-(\d{3})$/.exec(model)?.[1] ?? 200)
  if (status !== 200) return json(status, { error: { message: `FakeProvider says ${status}`, type: 'server_error' } })
  await pause(5 + Math.random() * 40)
  const shared = { id: 'chatcmpl-fake', created: 1754425928, model }
  if (!stream) {
    const message = { role: 'assistant', content: words.join('') }
    return json(200, { ...shared, object: 'chat.completion', choices: [{ index: 0, message, finish_reason: 'stop' }], usage })
  }
  response.writeHead(200, { 'content-type': 'text/event-stream' })
  const send = (value) => response.write(`data: ${typeof value === 'string' ? value : JSON.stringify(value)}\n\n`)
  const chunk = (choices, rest) => send({ ...shared, object: 'chat.completion.chunk', choices, ...rest })
  for (const content of words) {
    chunk([{ index: 0, delta: { role: 'assistant', content }, finish_reason: null }])
    await pause(10)
  }
  chunk([{ index: 0, delta: {}, finish_reason: 'stop' }])
  chunk([], { usage })
  send('[DONE]')
  response.end()
}

const pause = (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds))
