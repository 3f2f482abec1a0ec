// Signing in at a SAML provider, and every way to lie to this server that is known.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { inflateRawSync } from 'node:zlib'

import { Browser } from './browser.mjs'
import { IdentityProvider, entityId, entryPoint, keys } from './idp.mjs'
import { begin, start, whoIs } from './server.mjs'

let app
let idp
let metadata
const ann = { id: 'ann-1', email: 'ann@example.com', name: 'Ann' }
const SHA1 = 'http://www.w3.org/2000/09/xmldsig#rsa-sha1'

before(async () => {
  app = await start()
  idp = new IdentityProvider(await keys())
  await create('Saml')
  metadata = await (await fetch(`${app.ui}/api/auth/sso/saml2/sp/metadata/Saml`)).text()
})
after(() => app?.stop())

function create(providerId, more = {}, saml = {}) {
  const samlConfig = { issuer: entityId, entryPoint, cert: idp.cert, callbackUrl: app.ui, spMetadata: {}, ...saml }
  return app.call('POST', '/api/identity-providers', { providerId, issuer: entityId, domain: 'example.com', samlConfig, ...more })
}

// There, and back with what `change` makes of the response.
async function signIn({ user = ann, provider = idp, change = (xml) => xml, browser = new Browser(), id = 'Saml', sp = metadata, ...options } = {}) {
  const url = await begin(app.ui, browser, id, '/agents')
  const answer = await provider.answer(sp, url, user, options)
  const xml = change(answer.xml, answer.values)
  return { ...(await post(browser, xml, answer.state, id)), xml, state: answer.state, browser }
}

async function post(browser, xml, state, id = 'Saml') {
  const form = { SAMLResponse: Buffer.from(xml).toString('base64'), RelayState: state }
  const response = await browser.fetch(`${app.ui}/api/auth/sso/saml2/sp/acs/${id}`, { method: 'POST', form, crossSite: true })
  assert.equal(response.status, 303)
  const to = new URL(response.headers.get('location'), app.ui)
  if (!to.pathname.includes('/sp/finish/')) return { to }
  const last = await browser.fetch(to.href)
  return { to: new URL(last.headers.get('location'), app.ui), finish: to.href }
}

async function refused(result, words, code = 'sso_failed') {
  assert.equal(result.to.pathname, '/sign-in', `${words}: ${result.to.href}`)
  assert.equal(result.to.searchParams.get('error'), code, result.to.href)
  assert.match(result.to.searchParams.get('message'), words)
  assert.equal(await whoIs(app.ui, result.browser), undefined)
}

test('this server describes itself, and asks as SAML wants it', async () => {
  assert.match(metadata, /entityID="[^"]+\/sp\/metadata\/Saml"/)
  assert.match(metadata, /WantAssertionsSigned="true"/)
  const url = new URL(await begin(app.ui, new Browser(), 'Saml'))
  assert.equal(url.origin + url.pathname, entryPoint)
  const xml = inflateRawSync(Buffer.from(url.searchParams.get('SAMLRequest'), 'base64')).toString()
  assert.match(xml, /AssertionConsumerServiceURL="[^"]+\/sp\/acs\/Saml"/)
})

test('a person signs in with a signed assertion, which works once and in one browser', async () => {
  const first = await signIn()
  assert.equal(first.to.pathname, '/agents', first.to.href)
  const user = await whoIs(app.ui, first.browser)
  assert.deepEqual([user.email, user.name, user.role], [ann.email, ann.name, 'member'])
  await refused({ ...(await post(new Browser(), first.xml, first.state)), browser: new Browser() }, /finished/, 'sso_expired')
  const again = await first.browser.fetch(first.finish)
  assert.match(again.headers.get('location'), /sso_expired/)

  // The same assertion for the next sign-in of the same browser.
  const browser = new Browser()
  const url = await begin(app.ui, browser, 'Saml')
  const replay = await post(browser, first.xml, new URL(url).searchParams.get('RelayState'))
  await refused({ ...replay, browser }, /answers no request of this sign-in/)

  // Whoever catches the page in between has not the cookie.
  const caught = await begin(app.ui, browser, 'Saml')
  const answer = await idp.answer(metadata, caught, ann)
  const thief = new Browser()
  await refused({ ...(await post(thief, answer.xml, answer.state)), browser: thief }, /another browser/, 'sso_expired')
})

test('one assertion signs in once, also if the request is answered twice', async () => {
  const browser = new Browser()
  const tags = { AssertionID: '_the-same-one-twice' }
  assert.equal((await signIn({ browser, tags })).to.pathname, '/agents')
  await refused(await signIn({ tags }), /used before/)
})

test('what is not signed, or not by the provider, signs nobody in', async () => {
  await refused(await signIn({ signed: false }), /not signed/)
  await refused(await signIn({ provider: new IdentityProvider(await keys()) }), /signature is wrong/)
  await refused(await signIn({ provider: new IdentityProvider(await keys(), { algorithm: SHA1 }) }), /not safe/)
  await refused(await signIn({ change: (xml) => xml.replace('ann@example.com', 'admin@localhost.ai') }), /signature is wrong/)
  await refused(await signIn({ change: (xml) => xml.replace(/<ds:Signature[\s\S]*?<\/ds:Signature>/, '') }), /not signed/)
  await refused(await signIn({ message: true }), /assertion is not/)
})

test('an assertion that is not for here, not for now, or not for this sign-in is refused', async () => {
  const past = new Date(Date.now() - 10 * 60_000).toISOString()
  const future = new Date(Date.now() + 10 * 60_000).toISOString()
  const cases = [
    [{ Audience: 'https://other.example.com' }, /audience/],
    [{ Recipient: 'https://other.example.com/acs' }, /recipient/],
    [{ Destination: 'https://other.example.com/acs' }, /was sent to/],
    [{ Issuer: 'https://evil.example.com' }, /issuer/],
    [{ InResponseTo: '_another' }, /no request/],
    [{ AssertionInResponseTo: '_another' }, /no request/],
    [{ NotOnOrAfter: past }, /expired/],
    [{ NotBefore: future }, /valid from/],
    [{ StatusCode: 'urn:oasis:names:tc:SAML:2.0:status:Responder' }, /Responder/, 'sso_denied'],
  ]
  for (const [tags, words, code] of cases) await refused(await signIn({ tags }), words, code)
})

// The attacker has a signed assertion of their own and wants to be somebody else. Numbers as in "On Breaking SAML".
const wrappings = (() => {
  const parts = (xml) => {
    const assertion = /<saml:Assertion[\s\S]*<\/saml:Assertion>/.exec(xml)[0]
    const signature = /<ds:Signature[\s\S]*?<\/ds:Signature>/.exec(assertion)[0]
    const plain = assertion.replace(signature, '')
    const evil = plain.replaceAll('ann@example.com', 'admin@localhost.ai').replace('>ann-1<', '>evil-1<')
    return { assertion, signature, plain, evil, evilId: evil.replace(/ID="_a[^"]+"/, 'ID="_evil"') }
  }
  const swap = (make) => (xml) => {
    const all = parts(xml)
    return xml.replace(all.assertion, () => make(all))
  }
  const into = (outer, inner) => outer.replace('</saml:Assertion>', () => `${inner}</saml:Assertion>`)
  return {
    'XSW3, another assertion before': swap(({ evilId, assertion }) => evilId + assertion),
    'another assertion after': swap(({ evilId, assertion }) => assertion + evilId),
    'another one with the same id': swap(({ evil, assertion }) => evil + assertion),
    'XSW4, the signed one inside of another': swap(({ evilId, assertion }) => into(evilId, assertion)),
    'XSW5, the signature in another, the signed one after': swap(({ evilId, signature, plain }) => into(evilId, signature) + plain),
    'XSW6, the signed one inside of the signature of another': swap(({ evilId, signature, plain }) =>
      into(evilId, signature.replace('</ds:Signature>', () => `${plain}</ds:Signature>`)),
    ),
    'XSW7, another one in extensions': swap(({ evilId, assertion }) => `<samlp:Extensions>${evilId}</samlp:Extensions>${assertion}`),
    'XSW8, the signed one in an object of the signature': swap(({ evilId, signature, plain }) =>
      into(evilId, signature.replace('</ds:Signature>', () => `<ds:Object>${plain}</ds:Object></ds:Signature>`)),
    ),
    'XSW1, the whole response inside of another': (xml) => {
      const evil = xml.replaceAll('ann@example.com', 'admin@localhost.ai').replace(/<ds:Signature[\s\S]*?<\/ds:Signature>/, '')
      return evil.replace('</samlp:Response>', () => `${xml.replace(/<\?xml[^>]*>/, '')}</samlp:Response>`)
    },
    'an assertion of another namespace prefix': swap(({ evilId, assertion }) =>
      evilId.replaceAll('saml:', 'x:').replace('<x:Assertion', '<x:Assertion xmlns:x="urn:oasis:names:tc:SAML:2.0:assertion"') + assertion,
    ),
    'a second signature': swap(({ assertion, signature }) => into(assertion, signature)),
    'a comment in the address': swap(({ assertion }) => assertion.replace('ann@example.com', 'ann@example.com<!-- -->.evil.com')),
    'a comment in the name': swap(({ assertion }) => assertion.replace('ann-1', 'ann<!-- -->-1')),
    'a processing instruction': swap(({ assertion }) => assertion.replace('ann-1', 'ann-1<?x y?>')),
    'a document type': (xml) => `<!DOCTYPE x [<!ENTITY e "admin@localhost.ai">]>${xml.replace('ann@example.com', '&e;')}`,
    'a file of this machine': (xml) => `<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]>${xml.replace('ann@example.com', '&e;')}`,
    'a transform that leaves most of it out': (xml) =>
      xml.replace('</ds:Transforms>', '<ds:Transform Algorithm="http://www.w3.org/TR/1999/REC-xpath-19991116"><ds:XPath>false</ds:XPath></ds:Transform></ds:Transforms>'),
    'an empty reference': (xml) => xml.replace(/URI="#[^"]+"/, 'URI=""'),
    'no XML at all': () => 'hello',
    'nothing': () => '',
  }
})()

for (const [name, change] of Object.entries(wrappings)) {
  test(`wrapping is refused: ${name}`, async () => {
    const result = await signIn({ change })
    assert.equal(result.to.pathname, '/sign-in', result.to.href)
    assert.equal(result.to.searchParams.get('error'), 'sso_failed')
    assert.equal(await whoIs(app.ui, result.browser), undefined)
  })
}

test('a response that was not asked for signs nobody in', async () => {
  const browser = new Browser()
  const answer = await idp.answer(metadata, await begin(app.ui, browser, 'Saml'), ann)
  await refused({ ...(await post(browser, answer.xml, '')), browser }, /over/, 'sso_expired')
  await refused({ ...(await post(browser, answer.xml, 'made-up')), browser }, /over/, 'sso_expired')
})

test('a signed response is enough where an administrator says so', async () => {
  await create('Lax', {}, { wantAssertionsSigned: false })
  const sp = await (await fetch(`${app.ui}/api/auth/sso/saml2/sp/metadata/Lax`)).text()
  const user = { id: 'leo-1', email: 'leo@example.com', name: 'Leo' }
  const result = await signIn({ id: 'Lax', sp, user, message: true })
  assert.equal(result.to.pathname, '/agents', result.to.href)
  await refused(await signIn({ id: 'Lax', sp, user, signed: false }), /not signed/)
})

test("the provider's own metadata are enough, and rules see its attributes", async () => {
  const rules = [{ expression: '{{#includes groups "chiefs"}}1{{/includes}}', role: 'editor' }]
  const saml = { cert: '', entryPoint: '', idpMetadata: { metadata: idp.metadata() } }
  await create('Described', { issuer: 'https://ignored.example', roleMapping: { rules, strictMode: true } }, saml)
  const sp = await (await fetch(`${app.ui}/api/auth/sso/saml2/sp/metadata/Described`)).text()
  const user = { id: 'mia-1', email: 'mia@example.com', name: 'Mia', group: 'chiefs' }
  const { browser, to } = await signIn({ id: 'Described', sp, user })
  assert.equal(to.pathname, '/agents', to.href)
  assert.equal((await whoIs(app.ui, browser)).role, 'editor')
  await refused(await signIn({ id: 'Described', sp, user: { ...user, id: 'x', email: 'x@example.com', group: 'none' } }), /strict mode/, 'sso_not_allowed')
})

test('a test says step by step what was read, and secrets stay here', async () => {
  const provider = await create('Tried', { domainVerified: true }, { privateKey: 'not a key', decryptionPvk: 'a secret too' })
  assert.deepEqual([provider.samlConfig.privateKey, provider.samlConfig.decryptionPvk], ['********', '********'])
  await app.call('POST', '/api/auth/sign-in/sso', { providerId: 'Tried' }, 409)
  const { privateKey: _, ...samlConfig } = provider.samlConfig
  await app.call('PUT', `/api/identity-providers/${provider.id}`, { samlConfig })
  const begun = await app.call('POST', `/api/identity-providers/${provider.id}/test`)
  assert.equal(begun.state, 'waiting', JSON.stringify(begun.steps))
  const sp = await (await fetch(provider.metadataUrl)).text()
  const answer = await idp.answer(sp, begun.url, { ...ann, id: 'tina-1', email: 'tina@example.com' })
  const { to } = await post(app.boss, answer.xml, answer.state, 'Tried')
  assert.equal(to.searchParams.get('test'), begun.id)
  const { state, steps } = await app.call('GET', `/api/identity-providers/${provider.id}/tests/${begun.id}`)
  assert.equal(state, 'passed', JSON.stringify(steps))
  for (const name of ['certificate', 'structure', 'signature', 'conditions', 'person', 'claim groups', 'account', 'role']) {
    assert.ok(steps.some((step) => step.name === name && step.status === 'ok'), name)
  }
})
