/**
 * Shapes of provider keys and of secrets, generated from the server's own description. Sets of words that it has as
 * text are narrowed here.
 */
import type { Narrowed } from '@/api/mcp';
import type { components } from '@/api/schema';
import type { Served } from '@/api/types';

type Schemas = components['schemas'];

export type KeyScope = 'org' | 'team' | 'personal';
export type ProviderKey = Narrowed<'ProviderKey', { scope: KeyScope }>;
export type ProviderKeyInput = Schemas['ProviderKeyInput'];
export type LlmProvider = Served<Schemas['LlmProvider']>;
export type KeyTest = ProviderKeyInput & { id?: string };
export type KeyTested = Served<Schemas['Tested']>;
export type LocalServer = Served<Schemas['LocalServer']>;

export type ResolutionSource = 'profile' | 'organization' | 'environment' | 'none';
type ResolutionStep = Narrowed<'ResolutionStep', { source: ResolutionSource }>;
export type Resolution = Narrowed<'Resolution', { source: ResolutionSource; steps: ResolutionStep[] }>;

export type LlmModel = Served<Schemas['LlmModel']>;
export type ModelSync = Served<Schemas['Synced']>;

export type SecretStore = Served<Schemas['Store']>;
export type SecretsStatus = Narrowed<'SecretsStatus', { type: 'DB' | 'Keyring' | 'Vault' | 'BYOS_VAULT' }>;
export type Secret = Served<Schemas['Secret']>;
export type SecretPage = Served<Schemas['SecretPage']>;
export type StoreCheck = Served<Schemas['StoreCheck']>;

export type VaultFolder = Served<Schemas['VaultFolder']>;
export type FolderCheck = Served<Schemas['VaultFolderCheck']>;
export type VaultSecret = Served<Schemas['VaultSecret']>;
export type Features = Served<Schemas['Features']>;
