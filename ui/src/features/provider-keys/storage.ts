/** Where the value of a key lies, in words. */
const PLACES: Record<string, string> = {
  database: 'Database',
  keyring: 'OS keyring',
  vault: 'Vault',
  external_vault: 'Vault',
  none: 'No value',
};

export function placeOf(storageType: string): string {
  return PLACES[storageType] ?? storageType;
}
