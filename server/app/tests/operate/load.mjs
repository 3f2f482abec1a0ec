// Calls of every kind that metrics tell apart, again and again until told to stop.
import assert from 'node:assert/strict'

export function startLoad(world) {
  let running = true
  const failures = new Set()
  const again = async (work) => {
    for (let round = 0; running; round += 1) {
      await work(round).catch((error) => failures.add(error.message))
    }
  }
  const work = [models(world), tools(world), api(world), chat(world)].map(again)
  return {
    async stop() {
      running = false
      await Promise.all(work)
      assert.deepEqual([...failures], [])
    },
  }
}

const models = (world) => async (round) => {
  const headers = { 'x-archestra-run-id': `run-${Math.floor(round / 5)}`, 'x-archestra-agent-id': 'nightly', 'x-archestra-user-id': `person-${round % 3}` }
  await model(world, { model: 'gpt-4o-mini' }, 200, headers)
  await model(world, { model: 'gpt-4o-mini', stream: true, stream_options: { include_usage: true } }, 200, headers)
  await model(world, { model: 'gpt-4o', stream: true, stream_options: { include_usage: true } }, 200)
  await model(world, { model: `status-${[429, 500, 503][round % 3]}` }, [429, 500, 503][round % 3])
}

export async function model({ api, agent }, body, expected, headers = {}) {
  const response = await fetch(`${api}/v1/openai/${agent}/chat/completions`, {
    method: 'POST',
    headers: { authorization: 'Bearer sk-client', 'content-type': 'application/json', ...headers },
    body: JSON.stringify({ ...body, messages: [{ role: 'user', content: 'Count me.' }] }),
  })
  await response.text()
  assert.equal(response.status, expected, `a call of ${body.model}`)
}

const tools = ({ gateway, token }) => async (round) => {
  for (const [name, isError] of [['test_simple_text', false], ['test_error_handling', true], ['test_image_content', true]]) {
    const call = { jsonrpc: '2.0', id: round, method: 'tools/call', params: { name: `fixture__${name}`, arguments: { round } } }
    const response = await fetch(gateway, {
      method: 'POST',
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json', accept: 'application/json, text/event-stream' },
      body: JSON.stringify(call),
    })
    const text = await response.text()
    assert.equal(text.includes('"isError":true'), isError, `${name}: ${response.status} ${text}`)
  }
  await pause(20)
}

const api = ({ api, call }) => async () => {
  await call('/api/agents')
  await call('/api/mcp_server')
  const missing = await fetch(`${api}/api/agents/0195b5e8-0000-7000-8000-000000000000`)
  assert.equal(missing.status, 401)
  await pause(20)
}

const chat = ({ call, conversation }) => async () => {
  await call(`${conversation}/turns`, { text: 'Count me.' })
  for (;;) {
    const { run } = await call(conversation)
    if (run.status !== 'running') return assert.equal(run.status, 'completed')
    await pause(50)
  }
}

const pause = (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds))
