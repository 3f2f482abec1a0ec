import { describe, expect, it } from 'vitest';
import type { IdentityProvider } from '@/api/identity';
import { draftOf, inputOf, KEPT_SECRET } from '@/features/identity-providers/draft';

const STORED: IdentityProvider = {
  id: '1',
  organizationId: 'o',
  providerId: 'Okta',
  issuer: 'https://a.okta.com',
  domain: 'example.com',
  domainVerified: null,
  userId: null,
  callbackUrl: 'https://here/api/auth/sso/callback/Okta',
  metadataUrl: null,
  works: false,
  oidcConfig: {
    issuer: 'https://a.okta.com',
    clientId: 'id',
    clientSecret: KEPT_SECRET,
    discoveryEndpoint: '',
    pkce: true,
    scopes: ['openid'],
    mapping: { email: 'mail' },
  },
};

describe('the form of an identity provider', () => {
  it('leaves alone what it does not show', () => {
    const draft = draftOf(STORED, null, false);
    draft.oidc.clientId = 'other';
    const { oidcConfig, roleMapping, teamSyncConfig } = inputOf(draft, STORED);
    expect(oidcConfig).toMatchObject({
      clientId: 'other',
      clientSecret: KEPT_SECRET,
      discoveryEndpoint: '',
      mapping: { email: 'mail' },
      scopes: ['openid'],
    });
    expect(oidcConfig).not.toHaveProperty('hd');
    expect([roleMapping, teamSyncConfig]).toEqual([undefined, undefined]);
  });

  it('sends rules with an expression, and clears a mapping that says nothing', () => {
    const draft = draftOf(STORED, null, false);
    draft.rules = [
      { expression: '{{#includes groups "ops"}}yes{{/includes}}', role: 'admin' },
      { expression: ' ', role: 'editor' },
    ];
    const { roleMapping } = inputOf(draft, STORED);
    expect(roleMapping).toMatchObject({ rules: [{ role: 'admin' }], defaultRole: 'member', strictMode: false });

    const stored = { ...STORED, roleMapping: roleMapping ?? {} };
    const emptied = { ...draftOf(stored, null, false), rules: [] };
    expect(inputOf(emptied, stored).roleMapping).toBeNull();
  });

  it('speaks SAML with the service’s own part always there', () => {
    const draft = draftOf(null, null, true);
    Object.assign(draft, { providerId: 'corp', issuer: 'urn:idp', domain: 'example.com' });
    draft.saml.metadata = '<EntityDescriptor/>';
    expect(inputOf(draft, null).samlConfig).toEqual({
      issuer: 'urn:idp',
      entryPoint: '',
      cert: '',
      idpMetadata: { metadata: '<EntityDescriptor/>' },
      spMetadata: {},
    });
  });

  it('switches the synchronising of teams off where it was on', () => {
    const stored = { ...STORED, teamSyncConfig: { enabled: true } };
    const draft = draftOf(stored, null, false);
    expect(draft.teamSync).toBe(true);
    expect(inputOf({ ...draft, teamSync: false }, stored).teamSyncConfig).toEqual({ enabled: false });
  });
});
