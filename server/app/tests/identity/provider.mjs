// An OpenID provider by oidc-provider, whose users sign in by being named, and whose ID tokens a test can spoil.
import { once } from 'node:events'
import { createServer } from 'node:http'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'

const packages = process.env.ARCHESTRA_CLIENTS_PACKAGES
const require = createRequire(join(packages, 'package.json'))
const load = (name) => import(pathToFileURL(require.resolve(name)).href)
const { default: Provider } = await load('oidc-provider')
const jose = await load('jose')

export { jose }
export const client = { id: 'archestra', secret: 'a-secret-that-only-both-know-0123456789' }

export async function key(kid, alg = 'RS256') {
  const { privateKey } = await jose.generateKeyPair(alg, { extractable: true })
  return { ...(await jose.exportJWK(privateKey)), kid, alg, use: 'sig' }
}

export class OpenIdProvider {
  // Who signs in next.
  user = 'ann'
  users = {}
  // Changes the claims and the header of the next ID tokens; or a text, which stands in for them.
  spoil = null

  static async start() {
    const provider = new OpenIdProvider()
    provider.server = createServer((request, response) => provider.answer(request, response)).listen(0, '127.0.0.1')
    await once(provider.server, 'listening')
    provider.issuer = `http://127.0.0.1:${provider.server.address().port}`
    await provider.use([await key('first')])
    return provider
  }

  // Signs with the first of these keys from now on.
  async use(keys, redirects = this.redirects ?? []) {
    Object.assign(this, { keys, redirects })
    const oidc = new Provider(this.issuer, {
      clients: [
        {
          client_id: client.id,
          client_secret: client.secret,
          redirect_uris: redirects.length ? redirects : ['http://127.0.0.1/nowhere'],
          post_logout_redirect_uris: this.home ? [this.home] : [],
          grant_types: ['authorization_code'],
          response_types: ['code'],
        },
      ],
      jwks: { keys },
      pkce: { required: () => true },
      cookies: { keys: ['of no use to anybody'] },
      claims: { openid: ['sub'], email: ['email', 'email_verified'], profile: ['name'], groups: ['groups'] },
      scopes: ['openid', 'email', 'profile', 'groups'],
      conformIdTokenClaims: false,
      findAccount: (_, id) => ({ accountId: id, claims: () => ({ sub: id, ...this.users[id] }) }),
      features: { devInteractions: { enabled: false }, rpInitiatedLogout: { enabled: true } },
      interactions: { url: (_, interaction) => `/interaction/${interaction.uid}` },
      async loadExistingGrant({ oidc: { client, session, provider } }) {
        const grant = new provider.Grant({ clientId: client.clientId, accountId: session.accountId })
        grant.addOIDCScope('openid email profile groups')
        await grant.save()
        return grant
      },
    })
    oidc.use(async (context, next) => {
      await next()
      if (context.oidc?.route === 'token' && context.body?.id_token && this.spoil) {
        const made = await this.spoiled(context.body.id_token)
        if (made) context.body.id_token = made
        else delete context.body.id_token
      }
    })
    this.oidc = oidc
    this.handle = oidc.callback()
  }

  async answer(request, response) {
    if (request.url.startsWith('/interaction/')) {
      await this.oidc.interactionFinished(request, response, { login: { accountId: this.user } }, { mergeWithLastSubmission: false })
    } else if (this.announce && request.url.startsWith('/.well-known/')) {
      response.setHeader('content-type', 'application/json').end(JSON.stringify(this.announce))
    } else {
      this.handle(request, response)
    }
  }

  async spoiled(token) {
    const claims = jose.decodeJwt(token)
    const header = jose.decodeProtectedHeader(token)
    const made = await this.spoil({ claims, header, key: this.keys[0] })
    if (typeof made === 'string' || made === null) return made
    const signer = await jose.importJWK(made?.key ?? this.keys[0], header.alg)
    return new jose.SignJWT(claims).setProtectedHeader(header).sign(signer)
  }

  config(more = {}) {
    return {
      issuer: this.issuer,
      clientId: client.id,
      clientSecret: client.secret,
      discoveryEndpoint: `${this.issuer}/.well-known/openid-configuration`,
      pkce: true,
      scopes: ['openid', 'email', 'profile', 'groups'],
      ...more,
    }
  }

  stop() {
    this.server.closeAllConnections()
    this.server.close()
  }
}
