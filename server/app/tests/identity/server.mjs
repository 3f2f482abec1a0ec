// The program under test, with an administrator signed in.
import { execFileSync } from 'node:child_process'
import { chmodSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { startArchestra } from '../clients/stack.mjs'
import { Browser } from './browser.mjs'

const nowhere = 'http://127.0.0.1:9'
export const admin = { email: 'admin@localhost.ai', password: 'a good password' }

export async function start(extra = {}) {
  const scratch = mkdtempSync(join(tmpdir(), 'archestra-identity-'))
  // Run as root, the database runs as another user, who has to get through.
  chmodSync(scratch, 0o711)
  const run = (more) =>
    startArchestra({
      name: 'identity',
      scratch,
      upstream: { openai: nowhere, anthropic: nowhere, gemini: nowhere },
      keys: {},
      extra: { ARCHESTRA_MCP_ALLOWED_NETWORKS: '127.0.0.0/8', ARCHESTRA_AUTH_ADMIN_PASSWORD: admin.password, ...extra, ...more },
    })
  let app = await run()
  const ui = app.urls.ui
  const boss = new Browser()
  await boss.api(ui, 'POST', '/api/auth/sign-in/email', admin)
  return {
    ui,
    boss,
    call: (method, path, json, status) => boss.api(ui, method, path, json, status),
    // What a shell on the same machine can do.
    command: (...args) => execFileSync(process.env.ARCHESTRA_BIN, args, { env: app.env, cwd: scratch, encoding: 'utf8' }),
    // Another process over the same data, at the same addresses.
    async restart() {
      await app.stop()
      app = await run({ ARCHESTRA_API_BASE_URL: app.env.ARCHESTRA_API_BASE_URL, ARCHESTRA_FRONTEND_URL: app.env.ARCHESTRA_FRONTEND_URL })
    },
    async stop() {
      await app.stop()
      rmSync(scratch, { recursive: true, force: true })
    },
  }
}

// Sends a browser to a provider; where it is sent.
export async function begin(ui, browser, providerId, callbackURL) {
  const { url } = await browser.api(ui, 'POST', '/api/auth/sign-in/sso', { providerId, callbackURL })
  return url
}

export async function whoIs(ui, browser) {
  const session = await browser.api(ui, 'GET', '/api/auth/get-session')
  return session?.user
}
