/** Readers for search parameters: what does not fit is left out, never an error page. */
export type RawSearch = Record<string, unknown>;

export function text(search: RawSearch, key: string): string | undefined {
  const value = search[key];
  if (typeof value === 'number') return String(value);
  return typeof value === 'string' && value !== '' ? value : undefined;
}

export function oneOf<T extends string>(search: RawSearch, key: string, allowed: readonly T[]): T | undefined {
  const value = search[key];
  return allowed.find((each) => each === value);
}

export function flag(search: RawSearch, key: string): true | undefined {
  return search[key] === true || search[key] === 'true' || search[key] === 1 ? true : undefined;
}
