/** Kinds, stores and ages of secrets as people say them. Pure. */

import { asSentence } from '@/lib/format';

export const KINDS: Record<string, string> = {
  providerKey: 'Provider key',
  mcpServer: 'MCP server',
  mcpCatalog: 'Catalogue',
  cluster: 'Cluster',
  oauth: 'Sign-in',
  token: 'Token',
  identityProvider: 'Identity provider',
  twoFactor: 'Second factor',
  other: 'Other',
};

export function kindName(kind: string): string {
  return KINDS[kind] ?? kind;
}

export const STORES: Record<string, string> = { database: 'Database', keyring: 'OS keyring', vault: 'Vault' };

/** A value this old is worth a thought; 90 days is what most rotation policies say. */
const OLD_MS = 90 * 86_400_000;

export function isOld(updatedAt: string, now: number): boolean {
  return now - new Date(updatedAt).getTime() > OLD_MS;
}

/** Our own tokens are made anew where they are shown, a second factor by whoever has it; not here. */
export function isRotatable(secret: { kind: string; fields: string[] }): boolean {
  return secret.kind !== 'token' && secret.kind !== 'twoFactor' && secret.fields.length > 0;
}

/** A cause or a remedy as the server has it, as a sentence of its own; an address stays as it is. */
export function asStatement(text: string): string {
  const begun = /^https?:/.test(text) ? text : asSentence(text);
  return /[.!?…]$/.test(begun) ? begun : `${begun}.`;
}

/** What a store says of itself before anyone has asked it. */
export const NOT_ASKED = 'not asked yet';

/** `path#key`, as the server writes and reads it; neither half holds a `#`. */
export function parseReference(reference: string): { path: string; key: string } {
  const hash = reference.indexOf('#');
  return hash < 0 ? { path: reference, key: '' } : { path: reference.slice(0, hash), key: reference.slice(hash + 1) };
}

/** Empty as long as both halves are. */
export function formatReference({ path, key }: { path: string; key: string }): string {
  const reference = `${path.trim()}#${key.trim()}`;
  return reference === '#' ? '' : reference;
}

export function isReference(text: string): boolean {
  const { path, key } = parseReference(text.trim());
  return path !== '' && key !== '';
}
