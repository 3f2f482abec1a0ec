/** Stands in for an OpenID provider, an outside system: code flow with PKCE, whose one user is always signed in. */
import { createHash, generateKeyPairSync, randomUUID, sign } from 'node:crypto';
import { createServer, type ServerResponse } from 'node:http';
import { freePort } from './server';

export const CLIENT = { id: 'archestra', secret: 'a-secret-that-only-both-know-0123456789' };
type Claims = { sub: string; email: string; email_verified: boolean; name: string; groups: string[] };
type Asked = { nonce: string; challenge: string };

export type OpenIdProvider = { issuer: string; stop: () => void };

export async function startOpenIdProvider(user: Claims): Promise<OpenIdProvider> {
  const port = await freePort();
  const issuer = `http://127.0.0.1:${port}`;
  const { publicKey, privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const codes = new Map<string, Asked>();

  function token({ nonce }: Asked): string {
    const now = Math.floor(Date.now() / 1000);
    const head = { alg: 'RS256', kid: 'first', typ: 'JWT' };
    const claims = { ...user, iss: issuer, aud: CLIENT.id, nonce, iat: now, exp: now + 300 };
    const signed = [head, claims].map((part) => Buffer.from(JSON.stringify(part)).toString('base64url')).join('.');
    return `${signed}.${sign('RSA-SHA256', Buffer.from(signed), privateKey).toString('base64url')}`;
  }

  const server = createServer((request, response) => {
    void (async () => {
      const url = new URL(request.url ?? '/', issuer);
      switch (url.pathname) {
        case '/.well-known/openid-configuration':
          return json(response, discovery(issuer));
        case '/jwks':
          return json(response, {
            keys: [{ ...publicKey.export({ format: 'jwk' }), kid: 'first', alg: 'RS256', use: 'sig' }],
          });
        case '/authorize': {
          const code = randomUUID();
          const asked = (name: string) => url.searchParams.get(name) ?? '';
          codes.set(code, { nonce: asked('nonce'), challenge: asked('code_challenge') });
          const back = new URL(asked('redirect_uri'));
          back.searchParams.set('code', code);
          back.searchParams.set('state', asked('state'));
          back.searchParams.set('iss', issuer);
          return response.writeHead(303, { location: back.href }).end();
        }
        case '/token': {
          const form = new URLSearchParams(await read(request));
          const code = form.get('code') ?? '';
          const asked = codes.get(code);
          codes.delete(code);
          const challenge = createHash('sha256')
            .update(form.get('code_verifier') ?? '')
            .digest('base64url');
          if (asked === undefined || asked.challenge !== challenge)
            return json(response, { error: 'invalid_grant' }, 400);
          return json(response, {
            access_token: randomUUID(),
            token_type: 'Bearer',
            expires_in: 300,
            id_token: token(asked),
          });
        }
        case '/userinfo':
          return json(response, user);
        default:
          return json(response, { error: 'not_found' }, 404);
      }
    })();
  });
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
  return {
    issuer,
    stop: () => {
      server.closeAllConnections();
      server.close();
    },
  };
}

function discovery(issuer: string): unknown {
  return {
    issuer,
    authorization_endpoint: `${issuer}/authorize`,
    token_endpoint: `${issuer}/token`,
    userinfo_endpoint: `${issuer}/userinfo`,
    jwks_uri: `${issuer}/jwks`,
    response_types_supported: ['code'],
    subject_types_supported: ['public'],
    id_token_signing_alg_values_supported: ['RS256'],
    code_challenge_methods_supported: ['S256'],
    scopes_supported: ['openid', 'email', 'profile', 'groups'],
    authorization_response_iss_parameter_supported: true,
  };
}

function json(response: ServerResponse, body: unknown, status = 200): void {
  response.writeHead(status, { 'content-type': 'application/json' });
  response.end(JSON.stringify(body));
}

async function read(request: AsyncIterable<Buffer>): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk);
  return Buffer.concat(chunks).toString();
}
