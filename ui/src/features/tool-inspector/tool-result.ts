/** What a tool answered, as parts a page can show. Pure. */
export type ResultPart =
  | { kind: 'text'; text: string }
  | { kind: 'image'; mimeType: string; data: string }
  | { kind: 'link'; uri: string; name: string | null }
  | { kind: 'other'; value: unknown };

export type ToolResult = { isError: boolean; parts: ResultPart[]; structured: unknown };

/** Null when it is not the result of a tool call. */
export function readToolResult(result: unknown): ToolResult | null {
  if (typeof result !== 'object' || result === null || !('content' in result)) return null;
  const { content } = result;
  if (!Array.isArray(content)) return null;
  return {
    isError: 'isError' in result && result.isError === true,
    parts: (content as unknown[]).map(readPart),
    structured: 'structuredContent' in result ? result.structuredContent : undefined,
  };
}

function readPart(part: unknown): ResultPart {
  const fields = (typeof part === 'object' && part !== null ? part : {}) as Record<string, unknown>;
  const text = (key: string) => (typeof fields[key] === 'string' ? fields[key] : null);
  const value = text('text');
  if (fields['type'] === 'text' && value !== null) return { kind: 'text', text: value };
  const data = text('data');
  if (fields['type'] === 'image' && data !== null) {
    return { kind: 'image', data, mimeType: text('mimeType') ?? 'image/png' };
  }
  const uri = text('uri');
  if (fields['type'] === 'resource_link' && uri !== null) return { kind: 'link', uri, name: text('name') };
  return { kind: 'other', value: part };
}

/** The JSON behind a text that is nothing but JSON. */
export function jsonIn(text: string): unknown {
  const trimmed = text.trim();
  if (!/^[[{]/.test(trimmed)) return undefined;
  try {
    return JSON.parse(trimmed) as unknown;
  } catch {
    return undefined;
  }
}
