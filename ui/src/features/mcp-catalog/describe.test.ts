import { describe, expect, it } from 'vitest';
import { kindLabel, matchesWords, questionCount, runLine, webLink } from '@/features/mcp-catalog/describe';

const LOCAL = { serverType: 'local' as const, localConfig: { command: 'npx', arguments: ['-y', 'server'] } };

describe('a catalogue entry in words', () => {
  it('says what it starts or calls', () => {
    expect(runLine(LOCAL)).toBe('npx -y server');
    expect(runLine({ localConfig: { dockerImage: 'a/b:1' } })).toBe('a/b:1');
    expect(runLine({ serverUrl: 'https://x.example/mcp', localConfig: null })).toBe('https://x.example/mcp');
    expect(kindLabel(LOCAL)).toBe('Container');
    expect(kindLabel({ serverType: 'local', localConfig: { dockerImage: 'a/b:1' } })).toBe('Container image');
  });

  it('counts what it will ask for', () => {
    const environment = [
      { key: 'A', type: 'secret' as const, promptOnInstallation: true },
      { key: 'B', type: 'plain_text' as const, promptOnInstallation: false },
    ];
    const userConfig = { folder: { type: 'directory' as const, title: '', description: '' } };
    expect(questionCount({ localConfig: { environment }, userConfig })).toBe(2);
    expect(questionCount({})).toBe(0);
  });

  it('is found when every word stands somewhere', () => {
    expect(matchesWords(['GitHub', null, 'Issues and code'], 'git issue')).toBe(true);
    expect(matchesWords(['GitHub'], 'git lab')).toBe(false);
    expect(matchesWords(['GitHub'], undefined)).toBe(true);
  });

  it('links to web addresses only', () => {
    expect(webLink('https://example.com')).toBe('https://example.com');
    expect(webLink('javascript:alert(1)')).toBeNull();
    expect(webLink(null)).toBeNull();
  });
});
