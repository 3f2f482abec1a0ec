// Four command line agents, each in a home of its own, finish a prompt through the proxy; the log shows the call under the agent of its URL.
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, test } from 'node:test'

import { admin, target, until } from '../harness.mjs'

const bin = join(process.env.ARCHESTRA_CLIENTS_PACKAGES, 'node_modules/.bin')
const prompt = 'Finish this agent task'
const finished = 'The agent task is finished.'
const timeout = 90_000

// How each agent is told about a base URL and a key. `files` go into its home; `knownAs` is what the log calls it.
const agents = {
  'Claude Code': {
    provider: 'anthropic',
    type: 'anthropic:messages',
    knownAs: 'anthropic_claude',
    model: 'claude-sonnet-5-5',
    command: ['claude', '-p', prompt, '--model', 'claude-sonnet-5-5'],
    env: (url) => ({ ANTHROPIC_BASE_URL: url, ANTHROPIC_AUTH_TOKEN: 'client-token', CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC: '1' }),
  },
  Codex: {
    provider: 'openai',
    type: 'openai:responses',
    knownAs: 'openai_codex',
    model: 'gpt-5.4',
    command: ['codex', 'exec', '--skip-git-repo-check', prompt],
    env: () => ({ GATEWAY_KEY: 'sk-client' }),
    files: (url) => ({
      '.codex/config.toml': `model = "gpt-5.4"\nmodel_provider = "gateway"\n[model_providers.gateway]\nname = "Gateway"\nbase_url = "${url}"\nenv_key = "GATEWAY_KEY"\nwire_api = "responses"\n`,
    }),
  },
  'Gemini CLI': {
    provider: 'gemini',
    type: 'gemini:generateContent',
    knownAs: 'gemini_cli',
    sessionless: true,
    model: 'gemini-2.5-flash',
    command: ['gemini', '-m', 'gemini-2.5-flash', '-p', prompt],
    env: (url) => ({ GEMINI_API_KEY: 'AIza-client', GOOGLE_GEMINI_BASE_URL: url, GEMINI_CLI_TRUST_WORKSPACE: 'true' }),
    files: () => ({ '.gemini/settings.json': JSON.stringify({ security: { auth: { selectedType: 'gemini-api-key' } } }) }),
  },
  opencode: {
    provider: 'openai',
    type: 'openai:chatCompletions',
    knownAs: 'opencode',
    model: 'gpt-5.4-mini',
    command: ['opencode', 'run', prompt],
    env: () => ({ OPENCODE_DISABLE_MODELS_FETCH: '1', OPENCODE_DISABLE_AUTOUPDATE: '1' }),
    files: (url) => ({
      'work/opencode.json': JSON.stringify({
        model: 'gateway/gpt-5.4-mini',
        provider: {
          gateway: {
            npm: '@ai-sdk/openai-compatible',
            name: 'Gateway',
            options: { baseURL: url, apiKey: 'sk-client' },
            models: { 'gpt-5.4-mini': { name: 'GPT' } },
          },
        },
      }),
    }),
  },
}

describe('command line agents', { concurrency: 2 }, () => {
  for (const [name, agent] of Object.entries(agents)) {
    test(`${name} finishes a prompt`, { timeout }, async () => {
      const profile = target.direct ? undefined : await admin('mock', '/api/agents', { method: 'POST', body: JSON.stringify({ name }) })
      const url = target.mock[agent.provider] + (profile ? `/${profile.id}` : '')
      const { status, output } = await run(name, agent, url)
      assert.equal(status, 0, output)
      assert.ok(output.includes(finished), output)
      await assertReached(agent)
      if (!profile) return
      const model = await modelCalls(profile, agent)
      for (const row of model)
        assert.deepEqual(
          [row.provider, row.type, row.model, row.stream, row.status, row.outcome, row.inputTokens, row.outputTokens, row.agentName],
          [agent.provider, agent.type, agent.model, true, 200, 'ok', 4321, 23, name],
        )
      for (const row of model) {
        assert.equal(row.externalAgentId, agent.knownAs)
        if (!agent.sessionless) assert.ok(row.sessionId, 'the log names the session')
      }
    })
  }
})

// An agent may ask for more than the prompt (a title, a model list); what counts here is every call of its own type.
async function modelCalls(profile, agent) {
  const rows = await until(
    () => admin('mock', `/api/interactions?agentId=${profile.id}&limit=50`).then(({ data }) => data.filter((row) => row.type === agent.type)),
    (rows) => rows.length > 0,
    'the agent’s call in the log',
  )
  return rows
}

async function assertReached({ model }) {
  const journal = await (await fetch(`${target.mock.upstream}/__aimock/journal?limit=1000`)).json()
  assert.ok(JSON.stringify(journal).includes(model), `the mock upstream was asked for ${model}`)
}

async function run(name, agent, url) {
  const home = mkdtempSync(join(process.env.ARCHESTRA_CLIENTS_SCRATCH, `${name.replace(' ', '-')}-`))
  const work = join(home, 'work')
  mkdirSync(work)
  for (const [file, text] of Object.entries(agent.files?.(url) ?? {})) {
    mkdirSync(join(home, file, '..'), { recursive: true })
    writeFileSync(join(home, file), text)
  }
  const [program, ...args] = agent.command
  const passed = ['HTTP_PROXY', 'HTTPS_PROXY', 'NO_PROXY', 'http_proxy', 'https_proxy', 'no_proxy'].filter((key) => process.env[key])
  const env = {
    PATH: `${join(process.execPath, '..')}:${bin}:${process.env.PATH}`,
    HOME: home,
    TMPDIR: home,
    TERM: 'dumb',
    NO_COLOR: '1',
    CI: '1',
    ...Object.fromEntries(passed.map((key) => [key, process.env[key]])),
    ...agent.env(url),
  }
  const child = spawn(join(bin, program), args, { cwd: work, env, stdio: ['ignore', 'pipe', 'pipe'] })
  const hard = setTimeout(() => child.kill('SIGKILL'), timeout - 5_000)
  let output = ''
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (data) => {
      output += data
    })
  const status = await new Promise((resolve, reject) => {
    child.on('close', (code, signal) => resolve(code ?? signal))
    child.on('error', reject)
  })
  clearTimeout(hard)
  return { status, output: output.slice(-6000) }
}
