// A secret of its own goes in by every door. Afterwards none may be found in a log line, a database row, a file, a metric,
// a process's arguments or any answer to a caller. Passwords and keys live as hashes, so there is no column to except.
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { readFileSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'

import pg from 'pg'

import { proxied, target, until } from '../harness.mjs'
import { signIn, startArchestra } from '../stack.mjs'
import { canary, lazily, nothingIn, readable, unpacked, watch } from './secrets.mjs'

const scratch = process.env.ARCHESTRA_CLIENTS_SCRATCH
const email = 'admin@localhost.ai'

const answers = []
async function hit(what, url, { method = 'POST', headers = {}, body } = {}) {
  const sent = body === undefined || typeof body === 'string' ? body : JSON.stringify(body)
  const response = await fetch(url, { method, body: sent, headers: { 'content-type': 'application/json', ...headers }, redirect: 'manual' })
  const text = await response.text()
  answers.push([`the answer to ${what}`, `${JSON.stringify([...response.headers])} ${text}`])
  return { status: response.status, text, headers: response.headers }
}

describe('canary', proxied, () => {
  const environment = {
    ARCHESTRA_LOGGING_LEVEL: 'trace',
    ARCHESTRA_AUTH_SECRET: canary('ARCHESTRA_AUTH_SECRET', 'a-secret-of-the-right-length-'),
    ARCHESTRA_AUTH_ADMIN_PASSWORD: canary('ARCHESTRA_AUTH_ADMIN_PASSWORD', 'Pw-'),
    ARCHESTRA_METRICS_SECRET: canary('ARCHESTRA_METRICS_SECRET'),
    ARCHESTRA_HASHICORP_VAULT_TOKEN: canary('ARCHESTRA_HASHICORP_VAULT_TOKEN', 'hvs.'),
    ARCHESTRA_OTEL_EXPORTER_OTLP_AUTH_PASSWORD: canary('ARCHESTRA_OTEL_EXPORTER_OTLP_AUTH_PASSWORD'),
    ARCHESTRA_OTEL_EXPORTER_OTLP_AUTH_BEARER: canary('ARCHESTRA_OTEL_EXPORTER_OTLP_AUTH_BEARER'),
  }
  const keys = {
    openai: canary('the server’s OpenAI key', 'sk-'),
    anthropic: canary('the server’s Anthropic key', 'sk-ant-'),
    gemini: canary('the server’s Gemini key', 'AIza'),
  }
  let server
  let calls = 0

  before(async () => {
    if (target.direct) return
    const upstream = {
      openai: `${target.fake.upstream}/openai/v1`,
      anthropic: `${target.fake.upstream}/anthropic`,
      gemini: `${target.fake.upstream}/gemini`,
    }
    server = await startArchestra({ name: 'canary', scratch, upstream, keys, extra: environment })
    watch('the session cookie', server.urls.cookie)
  })
  after(() => server?.stop())

  test('secrets go in by every door of the proxy', async () => {
    const { openai, anthropic, gemini } = server.urls
    const scenarios = ['plain', 'error-401', 'error-500', 'hang-up', 'html']
    for (const scenario of scenarios) {
      const content = `[fake:${scenario}]`
      const messages = [{ role: 'user', content }]
      const contents = [{ role: 'user', parts: [{ text: content }] }]
      for (const stream of [false, true]) {
        const gpt = { model: 'gpt-5.4-mini', stream, messages }
        const claude = { model: 'claude-sonnet-5-5', max_tokens: 9, stream, messages }
        const method = stream ? 'streamGenerateContent' : 'generateContent'
        const path = `${gemini}/v1beta/models/gemini-3.8-flash:${method}`
        const doors = [
          [`openai bearer, ${scenario}`, `${openai}/chat/completions`, gpt, (secret) => ({ authorization: `Bearer ${secret}` }), 'sk-'],
          [`anthropic bearer, ${scenario}`, `${anthropic}/v1/messages`, claude, (secret) => ({ authorization: `Bearer ${secret}` }), 'sk-ant-'],
          [`anthropic x-api-key, ${scenario}`, `${anthropic}/v1/messages`, claude, (secret) => ({ 'x-api-key': secret }), 'sk-ant-'],
          [`gemini x-goog-api-key, ${scenario}`, path, { contents }, (secret) => ({ 'x-goog-api-key': secret }), 'AIza'],
        ]
        for (const [door, url, body, headers, prefix] of doors) await hit(door, url, { body, headers: headers(canary(door, prefix)) })
        const door = `gemini query key, ${scenario}`
        await hit(door, `${path}?key=${canary(door, 'AIza')}${stream ? '&alt=sse' : ''}`, { body: { contents } })
        calls += 5
      }
    }
    await hit('an unreadable body', `${openai}/chat/completions`, {
      body: '{"model": ',
      headers: { authorization: `Bearer ${canary('unreadable body', 'sk-')}` },
    })
    await hit('an unknown agent', `${openai}/00000000-0000-4000-8000-000000000000/chat/completions`, {
      body: {},
      headers: { authorization: `Bearer ${canary('unknown agent', 'sk-')}` },
    })
    await hit('a basic credential', `${openai}/chat/completions`, { body: {}, headers: { authorization: `Basic ${canary('basic')}` } })
    await hit('headers beside the key', `${openai}/chat/completions`, {
      body: { model: 'gpt-5.4-mini', messages: [] },
      headers: {
        authorization: `Bearer ${canary('openai bearer', 'sk-')}`,
        'proxy-authorization': `Basic ${canary('proxy-authorization')}`,
        'x-archestra-virtual-key': canary('virtual key'),
        cookie: `archestra.session_token=${canary('a cookie')}`,
      },
    })
    for (const path of ['/v1beta/models', '/v1beta/not/yet/invented', ''])
      await hit(`gemini ${path}`, `${gemini}${path}?key=${canary(`gemini GET ${path}`, 'AIza')}`, { method: 'GET' })
    for (const [name, header, path] of [
      ['openai', 'authorization', '/chat/completions'],
      ['anthropic', 'x-api-key', '/v1/messages'],
      ['gemini', 'x-goog-api-key', '/v1beta/models/gemini-3.8-flash:generateContent'],
    ]) {
      const bad = canary(`an unknown archestra_ key for ${name}`, 'archestra_')
      const { status } = await hit(`an unknown archestra_ key for ${name}`, server.urls[name] + path, {
        body: {},
        headers: { [header]: header === 'authorization' ? `Bearer ${bad}` : bad },
      })
      assert.equal(status, 401)
    }
  })

  test('secrets go in by every door of the admin API', async () => {
    const { api, cookie } = server.urls
    const signInUrl = `${api}/api/auth/sign-in/email`
    const origin = { origin: api }
    const wrong = () => canary('a wrong password', 'Pw-')
    const bodies = [
      { email, password: wrong() },
      { email: 'nobody@localhost.ai', password: wrong() },
      `{"email":"${email}","password":"${wrong()}"`,
      { email: { a: 1 }, password: wrong() },
      { email, password: [wrong()] },
      JSON.stringify(wrong()),
      { email: wrong(), password: 7 },
    ]
    for (const body of bodies) await hit('a sign-in', signInUrl, { body, headers: origin })
    await hit('a sign-in as a form', signInUrl, {
      body: `email=${email}&password=${wrong()}`,
      headers: { ...origin, 'content-type': 'application/x-www-form-urlencoded' },
    })
    await hit('a sign-in by query', `${signInUrl}?email=${email}&password=${wrong()}`, { method: 'GET', headers: origin })

    const signedIn = { ...origin, cookie }
    const made = await hit('making a key', `${api}/api/auth/api-key/create`, { body: { name: 'canary' }, headers: signedIn })
    answers.pop() // This one answer shows the key, once.
    assert.equal(made.status, 200, made.text)
    const { key } = JSON.parse(made.text)
    watch('an API key', key)
    for (const authorization of [key, `Bearer ${key}`])
      assert.equal((await hit('a call with a key', `${api}/api/agents`, { method: 'GET', headers: { authorization } })).status, 200)
    await hit('a proxied call with a key', `${server.urls.openai}/chat/completions`, {
      body: { model: 'gpt-5.4-mini', messages: [{ role: 'user', content: 'Hello' }] },
      headers: { authorization: `Bearer ${key}` },
    })
    await hit('a bad key', `${api}/api/agents`, { method: 'GET', headers: { authorization: `Bearer ${canary('a bad key', 'archestra_')}` } })
    await hit('a bad cookie', `${api}/api/agents`, { method: 'GET', headers: { cookie: `archestra.session_token=${canary('a bad cookie')}` } })
    await hit('a one-time token', `${api}/api/auth/desktop`, { body: { token: canary('a one-time token') }, headers: origin })
    await hit('a one-time token by query', `${api}/api/auth/desktop?token=${canary('a one-time token by query')}`, { method: 'GET' })

    const change = (body) => hit('a change of password', `${api}/api/auth/change-password`, { body, headers: signedIn })
    await change({ currentPassword: wrong(), newPassword: canary('a refused new password', 'Pw-') })
    const next = canary('a new password', 'Pw-')
    assert.equal((await change({ currentPassword: environment.ARCHESTRA_AUTH_ADMIN_PASSWORD, newPassword: next })).status, 200)
    server.urls.cookie = await signIn(api, { email, password: next })
    watch('the second session cookie', server.urls.cookie)
  })

  test('secrets go in by the environment and the command line', () => {
    const binary = process.env.ARCHESTRA_BIN
    const run = (what, command, extra) => {
      const { stdout, stderr, status } = spawnSync(binary, [command], {
        env: { ...server.env, ...extra },
        encoding: 'utf8',
        timeout: 30_000,
        cwd: scratch,
      })
      answers.push([`the output of ${what}`, stdout + stderr])
      return status
    }
    assert.equal(run('archestra config', 'config', {}), 0)
    run('archestra doctor', 'doctor', {})
    assert.notEqual(run('a second start on the same data', 'serve', {}), 0)
    const elsewhere = { ARCHESTRA_DATA_DIR: join(scratch, 'canary-refused') }
    assert.notEqual(
      run('a start with too short a secret', 'serve', { ...elsewhere, ARCHESTRA_AUTH_SECRET: canary('too short a secret').slice(0, 24) }),
      0,
    )
    for (const url of [
      `postgres://archestra:${canary('a database password', 'pw')}@127.0.0.1:9/archestra`,
      `postgres://archestra:${canary('a password in a bad URL', 'pw')}@[half/archestra`,
      `mysql://root:${canary('a password of another database', 'pw')}@127.0.0.1/x`,
    ]) {
      assert.notEqual(run('a start without its database', 'migrate', { ...elsewhere, ARCHESTRA_DATABASE_URL: url }), 0)
    }
  })

  test(
    'a spool written while the database is frozen holds none, and loses no call',
    { skip: process.platform !== 'linux' && 'needs /proc' },
    async () => {
      const folder = server.env.ARCHESTRA_DATA_DIR
      const postgres = databaseProcesses(folder)
      assert.ok(postgres.length > 3, 'the database and its workers')
      try {
        for (const pid of postgres) process.kill(pid, 'SIGSTOP')
        for (const stream of [false, true]) {
          const body = { model: 'frozen-database', stream, messages: [{ role: 'user', content: 'frozen' }] }
          const authorization = `Bearer ${canary('openai bearer, database frozen', 'sk-')}`
          const { status } = await hit('a call while the database is frozen', `${server.urls.openai}/chat/completions`, {
            body,
            headers: { authorization },
          })
          assert.equal(status, 200)
        }
        // A batch gets its final name when it is complete; under the first one it is then not found.
        const read = (name) => {
          try {
            return [[`spool/${name}`, readFileSync(join(folder, 'spool', name))]]
          } catch (error) {
            if (error.code !== 'ENOENT') throw error
            return []
          }
        }
        const spooled = () => readdirSync(join(folder, 'spool')).flatMap(read)
        const batches = await until(spooled, (files) => files.some(([name]) => name.endsWith('.batch')), 'a batch in the spool')
        const texts = batches.map(([name, bytes]) => [name, unpacked(bytes)])
        assert.ok(
          texts.some(([, text]) => text.includes('"content":"frozen"')),
          'the search reads compressed bodies',
        )
        nothingIn(texts)
      } finally {
        for (const pid of postgres) process.kill(pid, 'SIGCONT')
      }
      const frozen = async () =>
        JSON.parse(
          (
            await hit('the log', `${server.urls.api}/api/interactions?model=frozen-database`, {
              method: 'GET',
              headers: { cookie: server.urls.cookie },
            })
          ).text,
        ).data ?? []
      await until(frozen, (rows) => rows.length === 2, 'both calls in the log')
    },
  )

  test('no answer, log line or metric repeats one', async () => {
    const { api, cookie } = server.urls
    const headers = { cookie }
    const list = await until(
      async () => JSON.parse((await hit('the log', `${api}/api/interactions?limit=100`, { method: 'GET', headers })).text).data,
      (rows) => rows.length >= calls,
      'the calls in the log',
    )
    for (const { id } of list) await hit('a logged call', `${api}/api/interactions/${id}`, { method: 'GET', headers })
    for (const path of [
      'interactions/export?format=jsonl',
      'interactions/facets',
      'interactions/sessions',
      'auth/api-key/list',
      'auth/list-sessions',
      'auth/get-session',
      'organization',
      'config/public',
      'home?timeframe=24h',
      'agents/all',
      'token-prices',
    ]) {
      assert.equal((await hit(path, `${api}/api/${path}`, { method: 'GET', headers })).status, 200, path)
    }
    await hit('metrics with a wrong secret', server.metrics, {
      method: 'GET',
      headers: { authorization: `Bearer ${canary('a wrong metrics secret')}` },
    })
    assert.equal(
      (await hit('metrics', server.metrics, { method: 'GET', headers: { authorization: `Bearer ${environment.ARCHESTRA_METRICS_SECRET}` } })).status,
      200,
    )
    answers.push(['the log of the server', readFileSync(server.logFile, 'utf8')])
    nothingIn(answers)
  })

  test('no row of the database keeps one', async () => {
    const postgres = join(server.env.ARCHESTRA_DATA_DIR, 'postgres')
    const client = new pg.Client({
      host: join(postgres, 'socket'),
      port: 5432,
      user: 'archestra',
      database: 'postgres',
      password: readFileSync(join(postgres, 'password'), 'utf8').trim(),
    })
    await client.connect()
    const { rows: tables } = await client.query(
      "SELECT format('%I.%I', schemaname, tablename) AS name FROM pg_tables WHERE schemaname NOT IN ('pg_catalog', 'information_schema')",
    )
    assert.ok(tables.length >= 7, `the schema has its tables: ${tables.map((table) => table.name)}`)
    const texts = []
    for (const { name } of [...tables, { name: 'pg_stat_activity' }]) {
      const { rows } = await client.query(`SELECT * FROM ${name}`)
      for (const row of rows) for (const [column, value] of Object.entries(row)) texts.push([`${name}.${column}`, readable(value)])
    }
    await client.end()
    assert.ok(
      texts.some(([where, text]) => where.includes('interaction_bodies.request') && text.includes('[fake:plain]')),
      'the dump reads compressed bodies',
    )
    nothingIn(texts)
  })

  test('no file of the data directory and no process argument holds one', () => {
    const folder = server.env.ARCHESTRA_DATA_DIR
    const files = readdirSync(folder, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name))
    assert.ok(files.length > 100, 'the data directory holds a cluster')
    nothingIn(lazily(files, (file) => readFileSync(file, 'latin1')))
    const processes = readdirSync('/proc').filter((name) => /^\d+$/.test(name))
    nothingIn(
      lazily(
        processes.map((id) => `/proc/${id}/cmdline`),
        (file) => readFileSync(file, 'latin1'),
      ),
    )
  })
})

// The postmaster and every process it started.
function databaseProcesses(folder) {
  const [postmaster] = readFileSync(join(folder, 'postgres/data/postmaster.pid'), 'utf8').split('\n')
  const children = readFileSync(`/proc/${postmaster}/task/${postmaster}/children`, 'utf8').trim().split(' ')
  return [postmaster, ...children].map(Number)
}
