import { describe, expect, it } from 'vitest';
import { appended, EMPTY_LOG, KEPT_LINES, linesOf, matching, severityOf } from '@/features/mcp-servers/log-lines';

describe('a log that arrives in pieces', () => {
  it('has a line only when its end has come', () => {
    const first = appended(EMPTY_LOG, 'one\ntw');
    expect(first).toMatchObject({ lines: ['one'], rest: 'tw' });
    expect(appended(first, 'o\r\nthree\n')).toMatchObject({ lines: ['one', 'two', 'three'], rest: '' });
  });

  it('keeps the newest lines and counts the others', () => {
    const many = appended(EMPTY_LOG, Array.from({ length: KEPT_LINES + 3 }, (_, index) => `${index}\n`).join(''));
    expect(many.lines).toHaveLength(KEPT_LINES);
    expect(many.lines[0]).toBe('3');
    expect(many.dropped).toBe(3);
  });

  it('is without the colours of a terminal', () => {
    expect(linesOf('\u001b[31merror\u001b[0m: x')).toEqual(['error: x']);
  });
});

describe('a line of a log', () => {
  it.each([
    ['ERROR: no such file', 'error'],
    ['Traceback (most recent call last):', 'error'],
    ['npm warn deprecated glob', 'warning'],
    ['0 terrors found', 'other'],
    ['listening on stdio', 'other'],
  ])('“%s” is %s', (line, severity) => {
    expect(severityOf(line)).toBe(severity);
  });

  it('is found by its words and by its weight', () => {
    const lines = ['ERROR one', 'warn two', 'three'];
    expect(matching(lines, 'TWO', 'all')).toEqual(['warn two']);
    expect(matching(lines, '', 'error')).toEqual(['ERROR one']);
    expect(matching(lines, 'two', 'error')).toEqual([]);
  });
});
