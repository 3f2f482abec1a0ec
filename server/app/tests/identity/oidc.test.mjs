// Signing in at an OpenID provider, and everything that must not work.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'

import { Browser } from './browser.mjs'
import { OpenIdProvider, client, jose, key } from './provider.mjs'
import { begin, start, whoIs } from './server.mjs'

let app
let provider
const callback = (url) => url.pathname.startsWith('/api/auth/sso/callback/')
const redirect = (id) => `${app.ui}/api/auth/sso/callback/${id}`
const people = {
  ann: { email: 'ann@example.com', email_verified: true, name: 'Ann', groups: ['staff'] },
  bob: { email: 'bob@example.com', email_verified: true, name: 'Bob', groups: ['staff', 'Admins'] },
  eve: { email: 'ann@example.com', email_verified: true, name: 'Eve', groups: [] },
  una: { email: 'una@example.com', email_verified: false, name: 'Una', groups: [] },
}

before(async () => {
  app = await start({ ARCHESTRA_AUTH_TRUSTED_SSO_PROVIDER_IDS: 'Corp' })
  provider = await OpenIdProvider.start()
  provider.users = structuredClone(people)
  provider.home = `${app.ui}/auth/sign-in`
  await provider.use(provider.keys, ['Corp', 'Other', 'Strict', 'Plain'].map(redirect))
})
after(async () => {
  provider?.stop()
  await app?.stop()
})

async function create(providerId, more = {}, oidc = {}) {
  const body = { providerId, issuer: provider.issuer, domain: 'example.com', oidcConfig: provider.config(oidc), ...more }
  return app.call('POST', '/api/identity-providers', body)
}

// To the provider and back, but for the last step.
async function visit(providerId, user, browser = new Browser()) {
  provider.user = user
  const url = await begin(app.ui, browser, providerId, '/agents')
  return { browser, back: (await browser.follow(url, callback)).href }
}

async function signIn(providerId, user) {
  const { browser, back } = await visit(providerId, user)
  const response = await browser.fetch(back)
  assert.equal(response.status, 303)
  return { browser, to: new URL(response.headers.get('location'), app.ui), back }
}

function refused({ to }, code, words) {
  assert.equal(to.pathname, '/sign-in')
  assert.equal(to.searchParams.get('error'), code, to.href)
  assert.match(to.searchParams.get('message'), words)
}

test('a person signs in with code and PKCE, and nothing of it can be used again', async () => {
  await create('Corp')
  const { browser, back } = await visit('Corp', 'ann')
  const authorization = new URL(await begin(app.ui, new Browser(), 'Corp'))
  assert.equal(authorization.searchParams.get('code_challenge_method'), 'S256')
  assert.equal(authorization.searchParams.get('redirect_uri'), redirect('Corp'))

  refused({ to: new URL((await new Browser().fetch(back)).headers.get('location'), app.ui) }, 'sso_expired', /another browser/)
  const response = await browser.fetch(back)
  assert.equal(response.headers.get('location'), '/agents')
  const user = await whoIs(app.ui, browser)
  assert.deepEqual([user.email, user.name, user.role], ['ann@example.com', 'Ann', 'member'])

  const again = new URL((await browser.fetch(back)).headers.get('location'), app.ui)
  refused({ to: again }, 'sso_expired', /finished/)
  // The old code with a new state.
  const next = await visit('Corp', 'ann', browser)
  const url = new URL(next.back)
  url.searchParams.set('code', new URL(back).searchParams.get('code'))
  refused({ to: new URL((await browser.fetch(url.href)).headers.get('location'), app.ui) }, 'sso_failed', /invalid_grant/)
})

test('a code that was stolen is of no use without the browser and its verifier', async () => {
  const victim = await visit('Corp', 'ann')
  const thief = await visit('Corp', 'bob')
  const url = new URL(thief.back)
  url.searchParams.set('code', new URL(victim.back).searchParams.get('code'))
  refused({ to: new URL((await thief.browser.fetch(url.href)).headers.get('location'), app.ui) }, 'sso_failed', /invalid_grant/)
  assert.equal(await whoIs(app.ui, thief.browser), undefined)
})

test('the same person gets the same account, and another one another', async () => {
  const [first, second, bob] = [await signIn('Corp', 'ann'), await signIn('Corp', 'ann'), await signIn('Corp', 'bob')]
  const ids = await Promise.all([first, second, bob].map(async ({ browser }) => (await whoIs(app.ui, browser)).id))
  assert.equal(ids[0], ids[1])
  assert.notEqual(ids[0], ids[2])
})

test('a token that is not what it should be signs nobody in', async () => {
  const now = Math.floor(Date.now() / 1000)
  const stranger = await key('first')
  const cases = [
    [({ claims }) => void (claims.iss = 'https://evil.example'), /issuer/],
    [({ claims }) => void (claims.aud = 'somebody-else'), /another client/],
    [({ claims }) => void (claims.aud = [client.id, 'somebody-else']), /azp|several/],
    [({ claims }) => void Object.assign(claims, { aud: [client.id], azp: 'somebody-else' }), /azp/],
    [({ claims }) => void (claims.nonce = 'of-another-sign-in'), /nonce/],
    [({ claims }) => void delete claims.nonce, /nonce/],
    [({ claims }) => void Object.assign(claims, { exp: now - 120, iat: now - 240 }), /expired/],
    [({ claims }) => void delete claims.exp, /until when/],
    [({ claims }) => void (claims.iat = now + 3600), /future/],
    [({ claims }) => void (claims.sub = 'bob'), /somebody else/],
    [({ header }) => void (header.kid = 'nobody'), /no key/],
    [() => ({ key: stranger }), /signature/],
    [({ claims }) => new jose.UnsecuredJWT(claims).encode(), /no signed|signed with/],
    [({ claims }) => new jose.SignJWT(claims).setProtectedHeader({ alg: 'HS256' }).sign(Buffer.from(client.secret)), /private key/],
    [() => 'not.a.token', /no signed/],
  ]
  for (const [spoil, words] of cases) {
    provider.spoil = spoil
    const result = await signIn('Corp', 'ann')
    refused(result, 'sso_failed', words)
    assert.equal(await whoIs(app.ui, result.browser), undefined, String(spoil))
  }
  provider.spoil = null
  assert.equal((await signIn('Corp', 'ann')).to.pathname, '/agents', 'unspoilt it works')
})

test('keys are rotated without anybody noticing, and the old one is worth nothing then', async () => {
  const old = provider.keys[0]
  const fresh = await key('second', 'ES256')
  await provider.use([fresh], provider.redirects)
  // The provider signs with its RSA key by default; a client asks for nothing else here.
  const rsa = await key('third')
  await provider.use([rsa, fresh], provider.redirects)
  assert.equal((await signIn('Corp', 'ann')).to.pathname, '/agents')
  provider.spoil = ({ header }) => (Object.assign(header, { kid: 'second', alg: 'ES256' }), { key: fresh })
  assert.equal((await signIn('Corp', 'ann')).to.pathname, '/agents', 'any of its keys counts')
  provider.spoil = ({ header }) => (Object.assign(header, { kid: old.kid, alg: 'RS256' }), { key: old })
  refused(await signIn('Corp', 'ann'), 'sso_failed', /no key/)
  provider.spoil = null
})

test('a provider that says it is another one is not asked', async () => {
  provider.announce = await (await fetch(`${provider.issuer}/.well-known/openid-configuration`)).json()
  provider.announce.issuer = 'https://evil.example'
  const error = await app.call('POST', '/api/auth/sign-in/sso', { providerId: 'Corp' }, 409)
  assert.match(error.error.message, /letter for letter/)
  provider.announce = null
})

test('somebody who refuses there is told so here', async () => {
  const browser = new Browser()
  const state = new URL(await begin(app.ui, browser, 'Corp')).searchParams.get('state')
  const response = await browser.fetch(`${redirect('Corp')}?error=access_denied&state=${state}&iss=${encodeURIComponent(provider.issuer)}`)
  refused({ to: new URL(response.headers.get('location'), app.ui) }, 'sso_denied', /access_denied/)
  const next = await visit('Corp', 'ann')
  const elsewhere = new URL(next.back)
  elsewhere.searchParams.set('iss', 'https://evil.example')
  refused({ to: new URL((await next.browser.fetch(elsewhere.href)).headers.get('location'), app.ui) }, 'sso_failed', /evil.example/)
})

test('an account that is here already is opened by a trusted provider and a verified address only', async () => {
  await create('Other')
  refused(await signIn('Other', 'ann'), 'sso_account_exists', /ann@example.com/)
  refused(await signIn('Corp', 'una'), 'sso_not_allowed', /not verified/)
  // Another subject of the trusted provider with a verified address of an account.
  const { browser } = await signIn('Corp', 'eve')
  assert.equal((await whoIs(app.ui, browser)).email, 'ann@example.com')
  // Without rules, a role that somebody has here stays.
  const { id } = await whoIs(app.ui, browser)
  await app.call('PATCH', `/api/organization/members/${id}`, { role: 'editor' })
  provider.users.eva = { ...people.ann, name: 'Eva' }
  assert.equal((await whoIs(app.ui, (await signIn('Corp', 'eva')).browser)).role, 'editor')
  await app.call('PATCH', `/api/organization/members/${id}`, { role: 'member' })
})

test('rules give roles and teams, and strict mode keeps everybody else out', async () => {
  const team = await app.call('POST', '/api/teams', { name: 'Staff' })
  await app.call('POST', `/api/teams/${team.id}/external-groups`, { groupIdentifier: 'STAFF' })
  const rules = [{ expression: '{{#includes groups "admins"}}yes{{/includes}}', role: 'editor' }]
  const strict = await create('Strict', { roleMapping: { rules, strictMode: true }, teamSyncConfig: { enabled: true } })
  provider.users.dan = { email: 'dan@example.com', email_verified: true, groups: ['staff', 'admins'] }
  const dan = await signIn('Strict', 'dan')
  const user = await whoIs(app.ui, dan.browser)
  assert.equal(user.role, 'editor')
  const members = async () => (await app.call('GET', `/api/teams/${team.id}/members`)).filter((one) => one.userId === user.id)
  assert.equal((await members())[0].syncedFromSso, true)

  provider.users.dan.groups = ['admins']
  await signIn('Strict', 'dan')
  assert.deepEqual(await members(), [], 'out of the group, out of the team')
  provider.users.dan.groups = ['staff']
  refused(await signIn('Strict', 'dan'), 'sso_not_allowed', /strict mode/)

  await app.call('PUT', `/api/identity-providers/${strict.id}`, { roleMapping: { rules, defaultRole: 'member' } })
  assert.equal((await whoIs(app.ui, (await signIn('Strict', 'dan')).browser)).role, 'member', 'roles follow at every sign-in')
  assert.equal((await members()).length, 1)
})

test('the last administrator stays one, whatever the rules say', async () => {
  const [corp] = (await app.call('GET', '/api/identity-providers')).filter((one) => one.providerId === 'Corp')
  await app.call('PUT', `/api/identity-providers/${corp.id}`, { roleMapping: { defaultRole: 'member' } })
  provider.users.root = { email: 'admin@localhost.ai', email_verified: true, groups: [] }
  const { browser } = await signIn('Corp', 'root')
  const user = await whoIs(app.ui, browser)
  assert.deepEqual([user.email, user.role], ['admin@localhost.ai', 'admin'])
  const { roleMapping } = await app.call('PUT', `/api/identity-providers/${corp.id}`, { roleMapping: null })
  assert.equal(roleMapping, undefined)
})

test('a provider without ID tokens is asked who it is, where an administrator says that it has none', async () => {
  const metadata = await (await fetch(`${provider.issuer}/.well-known/openid-configuration`)).json()
  const plain = {
    skipDiscovery: true,
    discoveryEndpoint: '',
    authorizationEndpoint: metadata.authorization_endpoint,
    tokenEndpoint: metadata.token_endpoint,
    userInfoEndpoint: metadata.userinfo_endpoint,
  }
  await create('Plain', {}, plain)
  provider.spoil = () => null
  provider.users.pia = { email: 'pia@example.com', email_verified: true, name: 'Pia' }
  const { browser, to } = await signIn('Plain', 'pia')
  assert.equal(to.pathname, '/agents', to.href)
  assert.equal((await whoIs(app.ui, browser)).name, 'Pia')
  refused(await signIn('Corp', 'ann'), 'sso_failed', /no ID token/)
  provider.spoil = null
})

test('another process finishes what one began', async () => {
  const { browser, back } = await visit('Corp', 'ann')
  await app.restart()
  const response = await browser.fetch(back)
  assert.equal(response.headers.get('location'), '/agents')
  assert.equal((await whoIs(app.ui, browser)).email, 'ann@example.com')
})

test('signing out reaches the provider', async () => {
  const { browser } = await signIn('Corp', 'ann')
  const none = await browser.api(app.ui, 'GET', '/api/identity-providers/idp-logout-url')
  assert.equal(none.url, null, 'only where it is switched on')
  const [corp] = (await app.call('GET', '/api/identity-providers')).filter((one) => one.providerId === 'Corp')
  const oidcConfig = { ...corp.oidcConfig, enableRpInitiatedLogout: true }
  await app.call('PUT', `/api/identity-providers/${corp.id}`, { oidcConfig })
  const { url } = await browser.api(app.ui, 'GET', '/api/identity-providers/idp-logout-url')
  assert.ok(new URL(url).searchParams.get('id_token_hint'))
  assert.equal((await browser.fetch(url)).status, 200, 'the provider takes the hint')
  await browser.api(app.ui, 'POST', '/api/auth/sign-out')
  assert.equal(await whoIs(app.ui, browser), undefined)
})

test('a browser sees no secret and can change the rest; a key that may write them reads them', async () => {
  const [corp] = (await app.call('GET', '/api/identity-providers')).filter((one) => one.providerId === 'Corp')
  assert.equal(corp.oidcConfig.clientSecret, '********')
  const { key } = await app.call('POST', '/api/auth/api-key/create', { name: 'terraform' })
  const terraform = async (method, body) => {
    const response = await fetch(`${app.ui}/api/identity-providers/${corp.id}`, {
      method,
      headers: { authorization: key, 'content-type': 'application/json' },
      body: body && JSON.stringify(body),
    })
    return [response.status, await response.json()]
  }
  // The mask went back with the change above, and the secret stayed.
  assert.equal((await signIn('Corp', 'ann')).to.pathname, '/agents')
  const { oidcConfig, works } = (await app.call('GET', '/api/identity-providers')).find((one) => one.id === corp.id)
  const saved = await app.call('PUT', `/api/identity-providers/${corp.id}`, { oidcConfig, samlConfig: null, domain: 'example.com' })
  assert.deepEqual([works, saved.works], [true, true], 'a form that was saved as it was opened changes nothing')
  const [, read] = await terraform('GET')
  assert.equal(read.oidcConfig.clientSecret, client.secret)
  const written = { ...provider.config(), enableRpInitiatedLogout: true }
  assert.equal(JSON.stringify(read.oidcConfig), JSON.stringify(written), 'as it was written, in its order')
  assert.deepEqual((await terraform('PUT', {}))[1], read, 'an empty patch changes nothing')
  const [status, changed] = await terraform('PUT', { domainVerified: true, userId: null })
  assert.deepEqual([status, changed.domainVerified, changed.userId], [200, true, null])
})

test('settings that cannot work are refused with what to do', async () => {
  const bad = async (more, words, status = 400) => {
    const body = { providerId: 'Bad', issuer: provider.issuer, domain: 'example.com', oidcConfig: provider.config(), ...more }
    const { error } = await app.call('POST', '/api/identity-providers', body, status)
    assert.match(error.message, words)
  }
  await bad({ providerId: 'a/b' }, /letters, digits/)
  await bad({ providerId: 'Corp' }, /already/, 409)
  await bad({ oidcConfig: undefined }, /OIDC or SAML/, 409)
  await bad({ samlConfig: {} }, /not both/)
  await bad({ oidcConfig: provider.config({ discoveryEndpoint: 'nowhere' }) }, /discoveryEndpoint/)
  await bad({ oidcConfig: provider.config({ clientSecret: '********' }) }, /stands for a stored value/)
  await bad({ roleMapping: { rules: [{ expression: '{{#if', role: 'admin' }] } }, /rule 1/)
  await bad({ roleMapping: { rules: [{ expression: 'x', role: 'king' }] } }, /king/, 409)
  await bad({ teamSyncConfig: { groupsExpression: '{{#each' } }, /groups expression/)
  const inside = await create('Inside', {}, { discoveryEndpoint: 'http://10.1.2.3/.well-known/openid-configuration' })
  const error = await app.call('POST', '/api/auth/sign-in/sso', { providerId: 'Inside' }, 409)
  assert.match(error.error.message, /ARCHESTRA_MCP_ALLOWED_NETWORKS/)
  await app.call('DELETE', `/api/identity-providers/${inside.id}`)
  await app.call('GET', `/api/identity-providers/${inside.id}`, undefined, 404)
})

test('nobody is led away after signing in', async () => {
  for (const callbackURL of ['https://evil.example', '//evil.example', '/\\evil.example', 'javascript:alert(1)']) {
    await app.call('POST', '/api/auth/sign-in/sso', { providerId: 'Corp', callbackURL }, 400)
  }
  await app.call('POST', '/api/auth/sign-in/sso', { providerId: 'Nobody' }, 404)
  assert.ok((await app.call('POST', '/api/auth/sign-in/sso', { email: 'x@Example.com' })).url)
})

test('a test says step by step how a sign-in would go, and signs nobody in', async () => {
  const [corp] = (await app.call('GET', '/api/identity-providers')).filter((one) => one.providerId === 'Corp')
  const names = (log) => log.steps.map((step) => `${step.name}: ${step.status}`)
  const begun = await app.call('POST', `/api/identity-providers/${corp.id}/test`)
  assert.equal(begun.state, 'waiting')
  provider.user = 'bob'
  const end = await app.boss.follow(begun.url, (url) => url.pathname === '/settings/identity-providers')
  assert.equal(end.searchParams.get('test'), begun.id)
  const passed = await app.call('GET', `/api/identity-providers/${corp.id}/tests/${begun.id}`)
  assert.equal(passed.state, 'passed', JSON.stringify(passed.steps))
  for (const name of ['discovery', 'keys', 'tokens', 'id token', 'userinfo', 'claim groups', 'account', 'role']) {
    assert.ok(names(passed).includes(`${name}: ok`), `${name} of ${names(passed)}`)
  }
  assert.equal((await whoIs(app.ui, app.boss)).email, 'admin@localhost.ai')

  const wrong = await create('Wrong', {}, { clientSecret: 'not it' })
  await provider.use(provider.keys, [...provider.redirects, redirect('Wrong')])
  const failing = await app.call('POST', `/api/identity-providers/${wrong.id}/test`)
  await app.boss.follow(failing.url, (url) => url.pathname === '/settings/identity-providers')
  const failed = await app.call('GET', `/api/identity-providers/${wrong.id}/tests/${failing.id}`)
  assert.equal(failed.state, 'failed')
  const step = failed.steps.find((step) => step.status === 'failed')
  assert.deepEqual([step.name, /invalid_client/.test(step.detail)], ['tokens', true])
  assert.ok(!JSON.stringify(failed).includes('not it'))
})

test('passwords are off as soon as a provider works, but never from the shell', async () => {
  const other = await start({ ARCHESTRA_AUTH_DISABLE_BASIC_AUTH: 'true' })
  try {
    const config = () => other.call('GET', '/api/config/public')
    assert.deepEqual([(await config()).disableBasicAuth, (await config()).basicAuthFallback], [false, true], 'nobody is locked out')
    const body = { providerId: 'Corp', issuer: provider.issuer, domain: 'example.com', oidcConfig: provider.config() }
    await other.call('POST', '/api/identity-providers', body)
    assert.equal((await config()).disableBasicAuth, false, 'not before it works')
    await provider.use(provider.keys, [...provider.redirects, `${other.ui}/api/auth/sso/callback/Corp`])
    provider.user = 'ann'
    const browser = new Browser()
    const back = await browser.follow(await begin(other.ui, browser, 'Corp'), callback)
    assert.equal((await browser.fetch(back.href)).status, 303)
    assert.equal((await config()).disableBasicAuth, true)
    const credentials = { email: 'admin@localhost.ai', password: 'a good password' }
    await other.call('POST', '/api/auth/sign-in/email', credentials, 403)

    const password = /new password (\S+)/.exec(other.command('reset-admin'))[1]
    const user = await new Browser().api(other.ui, 'POST', '/api/auth/sign-in/email', { ...credentials, password })
    assert.equal(user.user.role, 'admin')
  } finally {
    await other.stop()
  }
})
