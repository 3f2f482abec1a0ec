import { describe, expect, it } from 'vitest';
import { lineDiff, revealInvisible } from '@/features/mcp-servers/line-diff';

const signs = { same: ' ', gone: '-', new: '+' };
const shown = (before: string, after: string) =>
  lineDiff(before, after).map((line) => `${signs[line.kind]}${line.text}`);

describe('a change of a tool', () => {
  it('shows what is gone before what is new, and keeps what stayed', () => {
    expect(shown('a\nb\nc', 'a\nx\nc\nd')).toEqual([' a', '-b', '+x', ' c', '+d']);
  });

  it('is empty of marks when nothing changed', () => {
    expect(shown('a\nb', 'a\nb')).toEqual([' a', ' b']);
  });

  it('finds a line that was put in between many alike', () => {
    expect(shown('{\n}\n{\n}', '{\n}\nnew\n{\n}')).toEqual([' {', ' }', '+new', ' {', ' }']);
  });

  it('loses no line of either side', () => {
    const before = ['one', 'two', 'three', 'two'];
    const after = ['zero', 'two', 'one', 'two'];
    const lines = lineDiff(before.join('\n'), after.join('\n'));
    expect(lines.filter((line) => line.kind !== 'new').map((line) => line.text)).toEqual(before);
    expect(lines.filter((line) => line.kind !== 'gone').map((line) => line.text)).toEqual(after);
  });
});

describe('characters nobody sees', () => {
  it('are spelled out: zero-width ones, direction marks and tags', () => {
    expect(revealInvisible('a\u200Bb')).toBe('a\\u{200B}b');
    expect(revealInvisible('\u202Egpj')).toBe('\\u{202E}gpj');
    expect(revealInvisible('x\u{E0041}')).toBe('x\\u{E0041}');
  });

  it('are not found in ordinary text of any language', () => {
    const text = 'Lies, schreib – Größe 4 €, 日本語, שלום, 🙂';
    expect(revealInvisible(text)).toBe(text);
  });
});
