import { describe, expect, it } from 'vitest';
import { jsonIn, readToolResult } from '@/features/tool-inspector/tool-result';

describe('the result of a tool', () => {
  it('is read part by part, and an unknown part is kept', () => {
    const result = readToolResult({
      content: [
        { type: 'text', text: 'hello' },
        { type: 'image', data: 'AAAA', mimeType: 'image/png' },
        { type: 'resource_link', uri: 'file:///a', name: 'a' },
        { type: 'hologram', shape: 'cube' },
      ],
      structuredContent: { count: 1 },
    });
    expect(result?.parts.map((part) => part.kind)).toEqual(['text', 'image', 'link', 'other']);
    expect(result).toMatchObject({ isError: false, structured: { count: 1 } });
  });

  it('says when the tool itself failed', () => {
    expect(readToolResult({ content: [], isError: true })?.isError).toBe(true);
  });

  it('is not found in what is none', () => {
    expect(readToolResult({ tools: [] })).toBeNull();
    expect(readToolResult(null)).toBeNull();
  });

  it('shows JSON in a text as JSON, and only that', () => {
    expect(jsonIn(' {"a":1} ')).toEqual({ a: 1 });
    expect(jsonIn('{broken')).toBeUndefined();
    expect(jsonIn('42')).toBeUndefined();
  });
});
