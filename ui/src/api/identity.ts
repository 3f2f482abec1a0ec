/** Shapes of identity providers and of the second factor. Sets of words that the server has as text are narrowed here. */
import type { Narrowed } from '@/api/mcp';
import type { components } from '@/api/schema';
import type { Served } from '@/api/types';

type Schemas = components['schemas'];

/** A block as the contract has it. The form knows some of its fields and leaves the others as they are. */
export type Block = Record<string, unknown>;
type Blocks = {
  oidcConfig?: Block | undefined;
  samlConfig?: Block | undefined;
  roleMapping?: Block | undefined;
  teamSyncConfig?: Block | undefined;
};

/** A block that was not given is not served. */
export type IdentityProvider = Omit<Served<Schemas['IdentityProvider']>, keyof Blocks> & Blocks;
export type IdentityProviderInput = {
  [Name in keyof Blocks]: Blocks[Name] | null;
} & Pick<IdentityProvider, 'providerId' | 'issuer' | 'domain' | 'domainVerified'>;
export type PublicProvider = Narrowed<'PublicProvider', { kind: 'oidc' | 'saml' }>;
export type Preset = Narrowed<'IdentityProviderPreset', { oidcConfig: Block }>;

export type TestStep = Narrowed<'IdentityProviderTestStep', { status: 'ok' | 'warning' | 'failed' }>;
export type ProviderTest = Narrowed<
  'IdentityProviderTest',
  { state: 'failed' | 'waiting' | 'passed'; steps: TestStep[] }
>;

export type TwoFactorStatus = Served<Schemas['TwoFactorStatus']>;
export type Enrolled = Served<Schemas['Enrolled']>;
