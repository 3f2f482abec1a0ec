/** Careful looks into JSON of unknown shape. */

export type JsonObject = { [key: string]: unknown };

export function object(value: unknown): JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as JsonObject) : {};
}

export function list(value: unknown): unknown[] {
  return Array.isArray(value) ? value : [];
}

export function string(value: unknown): string | null {
  return typeof value === 'string' ? value : null;
}

/** The parsed JSON of a text that holds some, else the text itself. */
export function parsed(value: unknown): unknown {
  if (typeof value !== 'string') return value;
  try {
    return JSON.parse(value) as unknown;
  } catch {
    return value;
  }
}

/** Settings worth showing: short values by their name, in the order given. */
export function settingsOf(source: JsonObject, names: readonly string[]): [string, string][] {
  return names.flatMap((name): [string, string][] => {
    const value = source[name];
    if (value === undefined || value === null) return [];
    const text = typeof value === 'object' ? JSON.stringify(value) : String(value);
    return text.length > 80 ? [[name, `${text.slice(0, 77)}…`]] : [[name, text]];
  });
}

/** The provider's own words for what went wrong, in any of their error shapes. */
export function errorText(response: unknown): string | null {
  const first = Array.isArray(response) ? response[0] : response;
  const error = object(first)['error'];
  if (typeof error === 'string') return error;
  const { message, type, code, status } = object(error);
  const text = string(message);
  if (text === null) return null;
  const label = string(type) ?? string(status) ?? (code === undefined || code === null ? null : String(code));
  return label === null ? text : `${label}: ${text}`;
}
