/** The form's own picture of a provider. What it does not show stays in the blocks as it was. */
import type { Block, IdentityProvider, IdentityProviderInput, Preset } from '@/api/identity';

export type RuleDraft = { expression: string; role: string };
export type ProviderDraft = {
  kind: 'oidc' | 'saml';
  providerId: string;
  issuer: string;
  domain: string;
  domainVerified: boolean;
  oidc: {
    clientId: string;
    clientSecret: string;
    discoveryEndpoint: string;
    scopes: string;
    hd: string;
    pkce: boolean;
    skipDiscovery: boolean;
    authorizationEndpoint: string;
    tokenEndpoint: string;
    jwksEndpoint: string;
    userInfoEndpoint: string;
    enableRpInitiatedLogout: boolean;
  };
  saml: { entryPoint: string; cert: string; metadata: string; audience: string };
  rules: RuleDraft[];
  defaultRole: string;
  strictMode: boolean;
  skipRoleSync: boolean;
  teamSync: boolean;
  groupsExpression: string;
};

/** A stored secret as the server shows it; sent back, it stays what it is. */
export const KEPT_SECRET = '********';

const ROLE_OF_MOST = 'member';

export function draftOf(provider: IdentityProvider | null, preset: Preset | null, saml: boolean): ProviderDraft {
  const oidc = provider?.oidcConfig ?? preset?.oidcConfig ?? {};
  const samlConfig = provider?.samlConfig ?? {};
  const mapping = provider?.roleMapping ?? {};
  const sync = provider?.teamSyncConfig;
  return {
    kind: saml || provider?.samlConfig !== undefined ? 'saml' : 'oidc',
    providerId: provider?.providerId ?? preset?.providerId ?? '',
    issuer: provider?.issuer ?? preset?.issuer ?? '',
    domain: provider?.domain ?? '',
    domainVerified: provider?.domainVerified ?? false,
    oidc: {
      clientId: text(oidc, 'clientId'),
      clientSecret: text(oidc, 'clientSecret'),
      discoveryEndpoint: text(oidc, 'discoveryEndpoint'),
      scopes: (list(oidc, 'scopes') ?? ['openid', 'email', 'profile']).join(' '),
      hd: text(oidc, 'hd'),
      pkce: oidc['pkce'] !== false,
      skipDiscovery: oidc['skipDiscovery'] === true,
      authorizationEndpoint: text(oidc, 'authorizationEndpoint'),
      tokenEndpoint: text(oidc, 'tokenEndpoint'),
      jwksEndpoint: text(oidc, 'jwksEndpoint'),
      userInfoEndpoint: text(oidc, 'userInfoEndpoint'),
      enableRpInitiatedLogout: oidc['enableRpInitiatedLogout'] === true,
    },
    saml: {
      entryPoint: text(samlConfig, 'entryPoint'),
      cert: text(samlConfig, 'cert'),
      audience: text(samlConfig, 'audience'),
      metadata: text(block(samlConfig, 'idpMetadata'), 'metadata'),
    },
    rules: rulesOf(mapping),
    defaultRole: text(mapping, 'defaultRole') || ROLE_OF_MOST,
    strictMode: mapping['strictMode'] === true,
    skipRoleSync: mapping['skipRoleSync'] === true,
    teamSync: sync !== undefined && sync['enabled'] !== false,
    groupsExpression: text(sync ?? {}, 'groupsExpression'),
  };
}

/** `before`: whose other fields stay. Blocks are sent whole. */
export function inputOf(draft: ProviderDraft, before: IdentityProvider | Pick<Preset, 'oidcConfig'> | null) {
  const stored: Pick<IdentityProvider, 'oidcConfig' | 'samlConfig' | 'roleMapping' | 'teamSyncConfig'> = before ?? {};
  const input: IdentityProviderInput = {
    providerId: draft.providerId.trim(),
    issuer: draft.issuer.trim(),
    domain: draft.domain.trim(),
    domainVerified: draft.domainVerified,
    ...(draft.kind === 'oidc'
      ? { oidcConfig: oidcOf(draft, stored.oidcConfig) }
      : { samlConfig: samlOf(draft, stored.samlConfig) }),
    ...mappingOf(draft, stored.roleMapping),
    ...syncOf(draft, stored.teamSyncConfig),
  };
  return input;
}

function oidcOf({ issuer, oidc }: ProviderDraft, stored: Block | undefined): Block {
  const { scopes, ...fields } = oidc;
  return withoutEmpty({
    ...stored,
    ...trimmed(fields),
    issuer: issuer.trim(),
    // The server wants these named, also where they are empty.
    discoveryEndpoint: { keep: fields.discoveryEndpoint.trim() },
    clientSecret: { keep: fields.clientSecret },
    scopes: scopes.split(/[\s,]+/).filter(Boolean),
  });
}

function samlOf({ issuer, saml }: ProviderDraft, stored: Block | undefined): Block {
  const { metadata, cert, ...fields } = saml;
  const described = withoutEmpty({ ...block(stored ?? {}, 'idpMetadata'), metadata: metadata.trim() });
  return withoutEmpty({
    ...stored,
    ...trimmed(fields),
    entryPoint: { keep: fields.entryPoint.trim() },
    cert: { keep: cert.trim() },
    issuer: issuer.trim(),
    idpMetadata: Object.keys(described).length === 0 ? '' : described,
    spMetadata: block(stored ?? {}, 'spMetadata'),
  });
}

function mappingOf(draft: ProviderDraft, stored: Block | undefined): Pick<IdentityProviderInput, 'roleMapping'> {
  const rules = draft.rules.filter(({ expression }) => expression.trim() !== '');
  const usual = rules.length === 0 && !draft.strictMode && !draft.skipRoleSync && draft.defaultRole === ROLE_OF_MOST;
  if (usual) return stored === undefined ? {} : { roleMapping: null };
  const { strictMode, skipRoleSync, defaultRole } = draft;
  return { roleMapping: { ...stored, rules, defaultRole, strictMode, skipRoleSync } };
}

function syncOf(draft: ProviderDraft, stored: Block | undefined): Pick<IdentityProviderInput, 'teamSyncConfig'> {
  if (!draft.teamSync && stored === undefined) return {};
  const groupsExpression = draft.groupsExpression.trim();
  return { teamSyncConfig: withoutEmpty({ ...stored, enabled: draft.teamSync, groupsExpression }) };
}

type Kept = { keep: string };

/** An empty field is one that is not set, unless it is to be kept. */
function withoutEmpty(fields: Record<string, unknown>): Block {
  return Object.fromEntries(
    Object.entries(fields)
      .filter(([, value]) => value !== '')
      .map(([name, value]) => [name, isKept(value) ? value.keep : value]),
  );
}

function isKept(value: unknown): value is Kept {
  return typeof value === 'object' && value !== null && 'keep' in value;
}

function trimmed<T extends Record<string, string | boolean>>(fields: T): Record<string, string | boolean> {
  return Object.fromEntries(
    Object.entries(fields).map(([name, value]) => [name, typeof value === 'string' ? value.trim() : value]),
  );
}

function rulesOf(mapping: Block): RuleDraft[] {
  const { rules } = mapping;
  if (!Array.isArray(rules)) return [];
  return rules.filter(isBlock).map((rule) => ({ expression: text(rule, 'expression'), role: text(rule, 'role') }));
}

function text(source: Block, name: string): string {
  const value = source[name];
  return typeof value === 'string' ? value : '';
}

function list(source: Block, name: string): string[] | null {
  const value = source[name];
  return Array.isArray(value) ? value.filter((each) => typeof each === 'string') : null;
}

function block(source: Block, name: string): Block {
  const value = source[name];
  return isBlock(value) ? value : {};
}

function isBlock(value: unknown): value is Block {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
