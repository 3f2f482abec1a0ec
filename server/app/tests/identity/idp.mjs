// A SAML identity provider by samlify, whose responses a test can spoil before they are signed and after.
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'

const packages = process.env.ARCHESTRA_CLIENTS_PACKAGES
const require = createRequire(join(packages, 'package.json'))
const load = (name) => import(pathToFileURL(require.resolve(name)).href)
const samlify = await load('samlify')
const { generate } = await load('selfsigned')

// The responses are made here; whether they are as the schema wants them is for the reader to say.
samlify.setSchemaValidator({ validate: async () => 'ok' })

export const entityId = 'https://idp.example.com/metadata'
const entryPoint = 'https://idp.example.com/sso'

export const keys = async () => generate([{ name: 'commonName', value: 'idp.example.com' }], { keySize: 2048, algorithm: 'sha256' })

const template = `<samlp:Response xmlns:samlp="urn:oasis:names:tc:SAML:2.0:protocol" xmlns:saml="urn:oasis:names:tc:SAML:2.0:assertion" ID="{ID}" Version="2.0" IssueInstant="{IssueInstant}" Destination="{Destination}" InResponseTo="{InResponseTo}"><saml:Issuer>{Issuer}</saml:Issuer><samlp:Status><samlp:StatusCode Value="{StatusCode}"/></samlp:Status><saml:Assertion ID="{AssertionID}" Version="2.0" IssueInstant="{IssueInstant}"><saml:Issuer>{Issuer}</saml:Issuer><saml:Subject><saml:NameID Format="urn:oasis:names:tc:SAML:2.0:nameid-format:persistent">{NameID}</saml:NameID><saml:SubjectConfirmation Method="urn:oasis:names:tc:SAML:2.0:cm:bearer"><saml:SubjectConfirmationData NotOnOrAfter="{NotOnOrAfter}" Recipient="{Recipient}" InResponseTo="{AssertionInResponseTo}"/></saml:SubjectConfirmation></saml:Subject><saml:Conditions NotBefore="{NotBefore}" NotOnOrAfter="{NotOnOrAfter}"><saml:AudienceRestriction><saml:Audience>{Audience}</saml:Audience></saml:AudienceRestriction></saml:Conditions><saml:AuthnStatement AuthnInstant="{IssueInstant}"><saml:AuthnContext><saml:AuthnContextClassRef>urn:oasis:names:tc:SAML:2.0:ac:classes:Password</saml:AuthnContextClassRef></saml:AuthnContext></saml:AuthnStatement><saml:AttributeStatement><saml:Attribute Name="mail"><saml:AttributeValue>{Email}</saml:AttributeValue></saml:Attribute><saml:Attribute Name="displayName"><saml:AttributeValue>{Name}</saml:AttributeValue></saml:Attribute><saml:Attribute Name="groups"><saml:AttributeValue>staff</saml:AttributeValue><saml:AttributeValue>{Group}</saml:AttributeValue></saml:Attribute></saml:AttributeStatement></saml:Assertion></samlp:Response>`

export class IdentityProvider {
  constructor(keys, { algorithm = 'http://www.w3.org/2001/04/xmldsig-more#rsa-sha256' } = {}) {
    this.cert = keys.cert
    this.idp = samlify.IdentityProvider({
      entityID: entityId,
      signingCert: keys.cert,
      privateKey: keys.private,
      requestSignatureAlgorithm: algorithm,
      singleSignOnService: [{ Binding: 'urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Redirect', Location: entryPoint }],
      loginResponseTemplate: { context: template },
    })
  }

  metadata() {
    return this.idp.getMetadata()
  }

  // What a provider does with the browser's request: reads it, and answers it for somebody.
  async answer(spMetadata, url, user, { tags = {}, signed = true, message = false } = {}) {
    const sp = samlify.ServiceProvider({ metadata: spMetadata })
    const query = Object.fromEntries(new URL(url).searchParams)
    const request = await this.idp.parseLoginRequest(sp, 'redirect', { query })
    const { id, destination } = { id: request.extract.request.id, destination: request.extract.request.assertionConsumerServiceUrl }
    const at = (minutes) => new Date(Date.now() + minutes * 60_000).toISOString()
    const values = {
      ID: `_r${crypto.randomUUID()}`,
      AssertionID: `_a${crypto.randomUUID()}`,
      IssueInstant: at(0),
      NotBefore: at(-1),
      NotOnOrAfter: at(5),
      Destination: destination,
      Recipient: destination,
      InResponseTo: id,
      AssertionInResponseTo: id,
      Issuer: entityId,
      Audience: sp.entityMeta.getEntityID(),
      StatusCode: 'urn:oasis:names:tc:SAML:2.0:status:Success',
      NameID: user.id,
      Email: user.email,
      Name: user.name,
      Group: user.group ?? 'none',
      ...tags,
    }
    const fill = (text) => text.replace(/\{(\w+)\}/g, (_, name) => values[name])
    if (!signed) return { xml: fill(template), state: query.RelayState, values }
    const signer = samlify.ServiceProvider({ metadata: message ? spMetadata.replace('WantAssertionsSigned="true"', 'WantAssertionsSigned="false"') : spMetadata, wantMessageSigned: message })
    const { context } = await this.idp.createLoginResponse(signer, request, 'post', user, (text) => ({ id: values.ID, context: fill(text) }))
    return { xml: Buffer.from(context, 'base64').toString(), state: query.RelayState, values }
  }
}

export { entryPoint }
