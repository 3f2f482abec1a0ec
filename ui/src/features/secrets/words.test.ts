import { describe, expect, it } from 'vitest';
import {
  asStatement,
  formatReference,
  isOld,
  isReference,
  isRotatable,
  kindName,
  parseReference,
} from '@/features/secrets/words';

describe('a reference into Vault', () => {
  it.each([
    ['secret/data/team/openai#api_key', { path: 'secret/data/team/openai', key: 'api_key' }],
    ['kv/a', { path: 'kv/a', key: '' }],
  ])('%s is read', (text, parts) => {
    expect(parseReference(text)).toEqual(parts);
  });

  it('is written as it is read', () => {
    expect(formatReference({ path: ' kv/a ', key: 'b' })).toBe('kv/a#b');
    expect(formatReference({ path: '', key: ' ' })).toBe('');
  });

  it('has both halves', () => {
    expect(['kv/a#b', 'kv/a#', '#b', 'kv/a', ''].map(isReference)).toEqual([true, false, false, false, false]);
  });
});

describe('a cause', () => {
  it.each([
    ['the token is missing', 'The token is missing.'],
    ['Set it, and start again.', 'Set it, and start again.'],
    ['http://127.0.0.1:8200/ answers', 'http://127.0.0.1:8200/ answers.'],
  ])('“%s” is told as a sentence', (text, statement) => {
    expect(asStatement(text)).toBe(statement);
  });
});

describe('a secret', () => {
  it('is old after 90 days', () => {
    const now = Date.parse('2026-11-21T00:00:00Z');
    expect(isOld('2026-08-24T00:00:00Z', now)).toBe(false);
    expect(isOld('2026-08-22T00:00:00Z', now)).toBe(true);
  });

  it('of one of our own tokens is made anew elsewhere', () => {
    expect(isRotatable({ kind: 'token', fields: ['value'] })).toBe(false);
    expect(isRotatable({ kind: 'mcpServer', fields: ['API_KEY'] })).toBe(true);
  });

  it('of a kind that is new to this interface keeps the server’s word', () => {
    expect(kindName('vpn')).toBe('vpn');
  });
});
