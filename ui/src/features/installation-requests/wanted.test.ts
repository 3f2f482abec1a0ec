import { describe, expect, it } from 'vitest';
import { entryIn, wantedName } from '@/features/installation-requests/wanted';

describe('what a request asks for', () => {
  it('has a name, wherever it stands', () => {
    expect(wantedName({ customServerConfig: { label: 'Notion', name: 'notion' }, externalCatalogId: null })).toBe(
      'Notion',
    );
    expect(wantedName({ customServerConfig: { name: 'notion' }, externalCatalogId: null })).toBe('notion');
    expect(wantedName({ customServerConfig: null, externalCatalogId: 'notion' })).toBe('notion');
  });

  it('can be added as it is only when it says what to call or to start', () => {
    const remote = { name: 'a', serverType: 'remote', serverUrl: 'https://a.example/mcp' };
    expect(entryIn({ customServerConfig: remote })).toEqual(remote);
    expect(entryIn({ customServerConfig: { ...remote, serverUrl: 'the one with the docs' } })).toBeNull();
    expect(
      entryIn({ customServerConfig: { name: 'a', serverType: 'local', localConfig: { command: 'npx' } } }),
    ).not.toBeNull();
    expect(entryIn({ customServerConfig: { name: 'a', serverType: 'local' } })).toBeNull();
    expect(entryIn({ customServerConfig: null })).toBeNull();
  });
});
