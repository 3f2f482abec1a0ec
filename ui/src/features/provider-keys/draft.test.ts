import { describe, expect, it } from 'vitest';
import type { LlmProvider, ProviderKey } from '@/api/settings';
import { change, creation, type Draft, draftOf, emptyDraft, missing, tested } from '@/features/provider-keys/draft';
import { presetOf } from '@/features/provider-keys/presets';

const OPENAI: LlmProvider = {
  id: 'openai',
  name: 'OpenAI',
  defaultBaseUrl: 'https://api.openai.com/v1',
  keyRequired: false,
  keyExample: 'sk-…',
  environmentVariable: 'ARCHESTRA_CHAT_OPENAI_API_KEY',
  environmentKeySet: false,
  environmentBaseUrl: '',
};

const STORED: ProviderKey = {
  id: 'k1',
  organizationId: 'o1',
  secretId: 's1',
  userId: null,
  isPrimary: true,
  isSystem: false,
  isRouted: true,
  bestModelId: null,
  name: 'Main',
  provider: 'openai',
  baseUrl: 'http://gateway/v1',
  scope: 'org',
  teamId: null,
  teamName: null,
  userName: null,
  isOrganizationDefault: true,
  profiles: [],
  secretStorageType: 'database',
  vaultSecretPath: null,
  vaultSecretKey: null,
  modelCount: 3,
  lastTestedAt: null,
  createdAt: '2026-11-01T00:00:00Z',
  updatedAt: '2026-11-01T00:00:00Z',
};

function typed(part: Partial<Draft>): Draft {
  return { ...emptyDraft(undefined, [OPENAI]), name: 'Main', ...part };
}

describe('a new key', () => {
  it('is sent with what was typed and nothing else', () => {
    expect(creation(typed({ name: ' Main ', apiKey: ' sk-1 ', isDefault: true }))).toEqual({
      name: 'Main',
      provider: 'openai',
      apiKey: 'sk-1',
      scope: 'org',
      isOrganizationDefault: true,
    });
  });

  it('is never the default when not everyone may see it', () => {
    expect(creation(typed({ scope: 'personal', isDefault: true })).isOrganizationDefault).toBe(false);
  });

  it('is a reference where a path in Vault is given', () => {
    expect(creation(typed({ vaultPath: 'kv/data/a', vaultKey: 'key' }))).toMatchObject({
      vaultSecretPath: 'kv/data/a',
      vaultSecretKey: 'key',
    });
  });

  it('from a preset has its name and address, at OpenAI’s dialect where the server knows no other', () => {
    const ollama = { ...OPENAI, id: 'ollama', name: 'Ollama' };
    expect(emptyDraft(presetOf('ollama'), [OPENAI])).toMatchObject({ name: 'Ollama', provider: 'openai' });
    expect(emptyDraft(presetOf('ollama'), [OPENAI, ollama])).toMatchObject({
      provider: 'ollama',
      baseUrl: 'http://127.0.0.1:11434/v1',
    });
  });
});

describe('a change', () => {
  it('of nothing sends nothing', () => {
    expect(change(STORED, draftOf(STORED))).toEqual({});
  });

  it('sends what differs, and null for an address that was cleared', () => {
    expect(change(STORED, { ...draftOf(STORED), name: 'Other', baseUrl: '' })).toEqual({
      name: 'Other',
      baseUrl: null,
    });
  });

  it('of a reference sends both halves', () => {
    const stored = { ...STORED, vaultSecretPath: 'kv/a', vaultSecretKey: 'one' };
    expect(change(stored, draftOf(stored))).toEqual({});
    expect(change(stored, { ...draftOf(stored), vaultKey: 'two' })).toEqual({
      vaultSecretPath: 'kv/a',
      vaultSecretKey: 'two',
    });
  });

  it('to a person’s own key is no longer the default', () => {
    expect(change(STORED, { ...draftOf(STORED), scope: 'personal' })).toEqual({
      scope: 'personal',
      isOrganizationDefault: false,
    });
  });
});

describe('a test', () => {
  it('does not depend on the name or on who manages the key', () => {
    const draft = typed({ apiKey: 'sk-1' });
    expect(tested(undefined, { ...draft, name: 'B', scope: 'personal' })).toEqual(tested(undefined, draft));
    expect(tested(undefined, { ...draft, baseUrl: 'http://x/v1' })).not.toEqual(tested(undefined, draft));
  });

  it('of a stored key names it, so that its own value is used', () => {
    expect(tested(STORED, draftOf(STORED))).toEqual({ id: 'k1', provider: 'openai' });
  });
});

describe('what is still missing', () => {
  it.each([
    ['name', typed({ name: ' ', apiKey: 'sk' }), false],
    ['credential', typed({}), false],
    ['credential', typed({ vaultPath: 'kv/a' }), true],
    ['team', typed({ apiKey: 'sk', scope: 'team' }), false],
    [null, typed({ apiKey: 'sk' }), false],
    [null, typed({ baseUrl: 'http://127.0.0.1:11434/v1' }), false],
    [null, typed({ vaultPath: 'kv/a', vaultKey: 'key' }), true],
  ] as const)('is %s', (expected, draft, byReference) => {
    expect(missing(undefined, draft, OPENAI, byReference)).toBe(expected);
  });

  it('is the value where a provider asks for one at any address', () => {
    const anthropic = { ...OPENAI, id: 'anthropic', keyRequired: true };
    expect(missing(undefined, typed({ baseUrl: 'http://x' }), anthropic, false)).toBe('credential');
  });

  it('is nothing for a stored key whose value stays', () => {
    expect(missing(STORED, draftOf(STORED), OPENAI, false)).toBeNull();
  });
});
