/** Shapes of provider keys and of secrets. Sets of words that the server has as text are narrowed here. */

export type KeyScope = 'org' | 'team' | 'personal';

export type LlmProvider = {
  id: string;
  name: string;
  defaultBaseUrl: string;
  keyRequired: boolean;
  keyExample: string;
  environmentVariable: string;
  environmentKeySet: boolean;
  environmentBaseUrl: string;
};

export type NamedRef = { id: string; name: string };

export type ProviderKey = {
  id: string;
  name: string;
  provider: string;
  baseUrl: string | null;
  scope: KeyScope;
  teamId: string | null;
  teamName: string | null;
  userName: string | null;
  isOrganizationDefault: boolean;
  profiles: NamedRef[];
  secretStorageType: string;
  vaultSecretPath: string | null;
  vaultSecretKey: string | null;
  modelCount: number;
  lastTestedAt: string | null;
  createdAt: string;
  updatedAt: string;
};

/** What is left out stays as it is; null clears. */
export type ProviderKeyInput = {
  name?: string;
  provider?: string;
  apiKey?: string;
  baseUrl?: string | null;
  isOrganizationDefault?: boolean;
  scope?: KeyScope;
  teamId?: string | null;
  vaultSecretPath?: string;
  vaultSecretKey?: string;
};

export type KeyTest = ProviderKeyInput & { id?: string };
export type KeyTested = { modelCount: number; models: string[] };

export type LocalServer = {
  id: string;
  name: string;
  baseUrl: string;
  provider: string;
  models: string[];
  addedAs: NamedRef | null;
};

export type ResolutionSource = 'profile' | 'organization' | 'environment' | 'none';
export type Resolution = {
  provider: string;
  providerName: string;
  model: string | null;
  providerReason: string | null;
  source: ResolutionSource;
  key: NamedRef | null;
  variable: string | null;
  baseUrl: string;
  explanation: string;
  steps: { source: ResolutionSource; used: boolean; explanation: string }[];
};

export type LlmModel = {
  id: string;
  modelId: string;
  provider: string;
  apiKeys: NamedRef[];
  contextLength: number | null;
  pricePerMillionInput: string | null;
  pricePerMillionOutput: string | null;
  priceSource: string;
  ignored: boolean;
};

export type ModelSync = { synced: number; failed: { keyId: string; name: string; error: string }[] };

export type StoreHealth = { status: 'ok'; detail: string } | { status: 'unavailable'; cause: string; fix: string };

export type SecretStore = {
  id: string;
  title: string;
  secrets: number;
  writable: boolean;
  current: boolean;
  health: StoreHealth;
};

export type SecretsStatus = {
  type: 'DB' | 'Keyring' | 'Vault' | 'BYOS_VAULT';
  meta: {
    configured: string;
    degraded: boolean;
    reason: string | null;
    fix: string | null;
    authSecret: { where: string; degraded: boolean; reason: string | null; fix: string | null };
    stores: SecretStore[];
    vault: {
      address: string;
      authMethod: string;
      kvVersion: string;
      secretPath: string;
      metadataPath: string;
      namespace: string | null;
    } | null;
    keptInDatabase: string | null;
  };
};

export type Secret = {
  id: string;
  name: string;
  kind: string;
  store: string;
  where: string;
  isReference: boolean;
  fields: string[];
  references: { field: string; reference: string }[];
  usedBy: { kind: string; id: string; name: string }[];
  createdAt: string;
  updatedAt: string;
};

export type SecretPage = { data: Secret[]; pagination: { total: number; totalPages: number; currentPage: number } };

export type StoreCheck = { secretCount: number; latencyMs: number; detail: string };

export type VaultFolder = { id: string; teamId: string; vaultPath: string };
export type FolderCheck = { connected: boolean; secretCount: number; error?: string };
export type VaultSecret = { name: string; path: string };

export type Features = { byosEnabled: boolean; byosVaultKvVersion: string | null };
