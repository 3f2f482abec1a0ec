import { describe, expect, it } from 'vitest';
import { LARGEST_BYTES, MOST_FILES, refusal, typeOf } from '@/features/chat/attachments';

describe('attached files', () => {
  it('are pictures, PDFs and text, whatever the browser calls a source file', () => {
    expect(refusal({ name: 'a.png', type: 'image/png', size: 9 }, 0)).toBeNull();
    expect(refusal({ name: 'a.pdf', type: 'application/pdf', size: 9 }, 0)).toBeNull();
    expect(refusal({ name: 'main.rs', type: '', size: 9 }, 0)).toBeNull();
    expect(typeOf({ name: 'main.ts', type: 'video/mp2t' })).toBe('text/plain');
    expect(typeOf({ name: 'data.json', type: 'application/json' })).toBe('application/json');
  });

  it('are refused by name when they are something else, empty, too large or too many', () => {
    expect(refusal({ name: 'a.svg', type: 'image/svg+xml', size: 9 }, 0)).toContain('a.svg is neither');
    expect(refusal({ name: 'a.zip', type: 'application/zip', size: 9 }, 0)).toContain('a.zip');
    expect(refusal({ name: 'a.txt', type: 'text/plain', size: 0 }, 0)).toContain('empty');
    expect(refusal({ name: 'a.txt', type: 'text/plain', size: LARGEST_BYTES + 1 }, 0)).toContain('20 MB');
    expect(refusal({ name: 'a.txt', type: 'text/plain', size: 9 }, MOST_FILES)).toContain('one too many');
  });
});
