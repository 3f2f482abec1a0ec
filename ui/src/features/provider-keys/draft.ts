/** What is typed about a key, and what of it goes to the server. Pure. */
import type { KeyScope, KeyTest, LlmProvider, ProviderKey, ProviderKeyInput } from '@/api/settings';
import { type Preset, providerFor } from '@/features/provider-keys/presets';

export type Draft = {
  name: string;
  provider: string;
  apiKey: string;
  vaultPath: string;
  vaultKey: string;
  baseUrl: string;
  isDefault: boolean;
  scope: KeyScope;
  teamId: string | null;
};

export function emptyDraft(preset: Preset | undefined, providers: readonly LlmProvider[]): Draft {
  return {
    name: preset?.name ?? '',
    provider: preset ? providerFor(preset, providers) : (providers[0]?.id ?? ''),
    apiKey: '',
    vaultPath: '',
    vaultKey: '',
    baseUrl: preset?.baseUrl ?? '',
    isDefault: false,
    scope: 'org',
    teamId: null,
  };
}

export function draftOf(key: ProviderKey): Draft {
  return {
    name: key.name,
    provider: key.provider,
    apiKey: '',
    vaultPath: key.vaultSecretPath ?? '',
    vaultKey: key.vaultSecretKey ?? '',
    baseUrl: key.baseUrl ?? '',
    isDefault: key.isOrganizationDefault,
    scope: key.scope,
    teamId: key.teamId,
  };
}

/** A new key: all that was given. */
export function creation(draft: Draft): ProviderKeyInput {
  return {
    name: draft.name.trim(),
    // The form offers what the server lists.
    provider: draft.provider as ProviderKeyInput['provider'],
    ...credential(draft),
    ...(draft.baseUrl.trim() === '' ? {} : { baseUrl: draft.baseUrl.trim() }),
    scope: draft.scope,
    ...(draft.scope === 'team' && draft.teamId !== null ? { teamId: draft.teamId } : {}),
    isOrganizationDefault: draft.isDefault && draft.scope === 'org',
  };
}

/** A change: only what differs, so that nothing is tested anew that has not changed. */
export function change(key: ProviderKey, draft: Draft): ProviderKeyInput {
  const input: ProviderKeyInput = {};
  if (draft.name.trim() !== key.name) input.name = draft.name.trim();
  if (draft.baseUrl.trim() !== (key.baseUrl ?? '')) input.baseUrl = draft.baseUrl.trim() || null;
  if (draft.scope !== key.scope) input.scope = draft.scope;
  const teamId = draft.scope === 'team' ? draft.teamId : null;
  if (teamId !== key.teamId) input.teamId = teamId;
  const isDefault = draft.isDefault && draft.scope === 'org';
  if (isDefault !== key.isOrganizationDefault) input.isOrganizationDefault = isDefault;
  const sameReference =
    draft.vaultPath === (key.vaultSecretPath ?? '') && draft.vaultKey === (key.vaultSecretKey ?? '');
  return sameReference ? { ...input, ...credential({ ...draft, vaultPath: '' }) } : { ...input, ...credential(draft) };
}

/** What a test depends on; an answer counts for exactly this. */
export function tested(key: ProviderKey | undefined, draft: Draft): KeyTest {
  const what =
    key === undefined
      ? creation(draft)
      : { provider: key.provider as ProviderKeyInput['provider'], ...change(key, draft) };
  const { provider, apiKey, baseUrl, vaultSecretPath, vaultSecretKey } = what;
  const test: KeyTest = { id: key?.id, provider, apiKey, baseUrl, vaultSecretPath, vaultSecretKey };
  return Object.fromEntries(Object.entries(test).filter(([, value]) => value !== undefined));
}

/** What still has to be filled in, or null. */
export function missing(
  key: ProviderKey | undefined,
  draft: Draft,
  provider: LlmProvider | undefined,
  byReference: boolean,
): 'name' | 'credential' | 'team' | null {
  if (draft.name.trim() === '') return 'name';
  if (draft.scope === 'team' && draft.teamId === null) return 'team';
  if (byReference && (draft.vaultPath.trim() === '') !== (draft.vaultKey.trim() === '')) return 'credential';
  const given = byReference ? draft.vaultPath.trim() !== '' : draft.apiKey.trim() !== '';
  return key === undefined && !given && needsValue(draft, provider) ? 'credential' : null;
}

/** Some servers at an address of one's own ask for no key; a provider itself always does. */
export function needsValue(draft: Draft, provider: LlmProvider | undefined): boolean {
  return draft.baseUrl.trim() === '' || (provider?.keyRequired ?? true);
}

function credential(draft: Draft): ProviderKeyInput {
  if (draft.apiKey.trim() !== '') return { apiKey: draft.apiKey.trim() };
  if (draft.vaultPath.trim() === '') return {};
  return { vaultSecretPath: draft.vaultPath.trim(), vaultSecretKey: draft.vaultKey.trim() };
}
