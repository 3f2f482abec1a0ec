// A second factor beside the password.
import assert from 'node:assert/strict'
import { createHmac } from 'node:crypto'
import { after, before, test } from 'node:test'

import { Browser } from './browser.mjs'
import { admin, start, whoIs } from './server.mjs'

let app
let secret
let codes
before(async () => (app = await start()))
after(() => app?.stop())

// RFC 6238, as an authenticator app does it; apart from the program's own.
function totp(offset = 0) {
  const bits = [...secret].map((letter) => 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'.indexOf(letter).toString(2).padStart(5, '0')).join('')
  const key = Buffer.from(bits.match(/.{8}/g).map((byte) => parseInt(byte, 2)))
  const counter = Buffer.alloc(8)
  counter.writeBigUInt64BE(BigInt(Math.floor(Date.now() / 30_000) + offset))
  const digest = createHmac('sha1', key).update(counter).digest()
  const at = digest[19] & 15
  return String((digest.readUInt32BE(at) & 0x7fffffff) % 1_000_000).padStart(6, '0')
}

// A code must not grow old between being read and being sent.
async function freshStep() {
  while (Date.now() % 30_000 > 27_000) await new Promise((resolve) => setTimeout(resolve, 100))
}

async function password(browser = new Browser()) {
  return [browser, await browser.api(app.ui, 'POST', '/api/auth/sign-in/email', admin)]
}

test('it is in force after a first right code, and not before', async () => {
  await app.call('POST', '/api/auth/two-factor/enable', { password: 'wrong' }, 403)
  const enrolled = await app.call('POST', '/api/auth/two-factor/enable', { password: admin.password })
  ;({ secret, backupCodes: codes } = enrolled)
  assert.match(enrolled.totpURI, /^otpauth:\/\/totp\/Archestra:admin%40localhost.ai\?/)
  assert.equal(new URL(enrolled.totpURI).searchParams.get('secret'), secret)
  assert.equal(codes.length, 10)
  assert.equal((await password())[1].twoFactorRedirect, false)
  await app.call('POST', '/api/auth/two-factor/verify-totp', { code: '000000' }, 403)
  await freshStep()
  await app.call('POST', '/api/auth/two-factor/verify-totp', { code: totp(-1) })
  assert.deepEqual(await app.call('GET', '/api/auth/two-factor/status'), { enabled: true, pending: false, recoveryCodesLeft: 10 })
  await app.call('POST', '/api/auth/two-factor/enable', { password: admin.password }, 409)
})

test('a right password is half of a sign-in', async () => {
  const [browser, answer] = await password()
  assert.deepEqual([answer.twoFactorRedirect, answer.user], [true, null])
  assert.equal(await whoIs(app.ui, browser), undefined)
  await browser.api(app.ui, 'GET', '/api/agents', undefined, 401)
  await browser.api(app.ui, 'POST', '/api/auth/two-factor/verify-totp', { code: '123456' }, 403)
  await freshStep()
  const code = totp()
  await browser.api(app.ui, 'POST', '/api/auth/two-factor/verify-totp', { code })
  assert.equal((await whoIs(app.ui, browser)).email, admin.email)

  const [other] = await password()
  await other.api(app.ui, 'POST', '/api/auth/two-factor/verify-totp', { code }, 403)
  await new Browser().api(app.ui, 'POST', '/api/auth/two-factor/verify-totp', { code: totp(1) }, 401)
})

test('a recovery code works once, however it is written', async () => {
  const [browser] = await password()
  await browser.api(app.ui, 'POST', '/api/auth/two-factor/verify-backup-code', { code: codes[0].toUpperCase().replaceAll('-', ' ') })
  assert.equal((await whoIs(app.ui, browser)).email, admin.email)
  const [other] = await password()
  await other.api(app.ui, 'POST', '/api/auth/two-factor/verify-backup-code', { code: codes[0] }, 403)
  assert.equal((await browser.api(app.ui, 'GET', '/api/auth/two-factor/status')).recoveryCodesLeft, 9)
  const { backupCodes } = await browser.api(app.ui, 'POST', '/api/auth/two-factor/generate-backup-codes', { password: admin.password })
  await other.api(app.ui, 'POST', '/api/auth/two-factor/verify-backup-code', { code: codes[1] }, 403)
  await other.api(app.ui, 'POST', '/api/auth/two-factor/verify-backup-code', { code: backupCodes[1] })
  codes = backupCodes
})

test('guessing is slow, also for somebody who has the password', async () => {
  let statuses = []
  for (let round = 0; round < 4; round++) {
    const [browser] = await password()
    for (let guess = 0; guess < 4; guess++) {
      const response = await browser.fetch(`${app.ui}/api/auth/two-factor/verify-totp`, { method: 'POST', json: { code: '000001' } })
      statuses.push(response.status)
    }
  }
  assert.ok(statuses.includes(429), String(statuses))
})

test('the shell switches it off for an administrator who lost everything', async () => {
  const fresh = /new password (\S+)/.exec(app.command('reset-admin'))[1]
  const answer = await new Browser().api(app.ui, 'POST', '/api/auth/sign-in/email', { ...admin, password: fresh })
  assert.equal(answer.twoFactorRedirect, false)
  assert.equal(answer.user.email, admin.email)
})
