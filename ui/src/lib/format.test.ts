import { describe, expect, it } from 'vitest';
import {
  formatBytes,
  formatChange,
  formatCompact,
  formatCost,
  formatDuration,
  formatPrice,
  formatRelative,
  asSentence,
  pluralize,
} from '@/lib/format';

describe('money', () => {
  it.each([
    [0, '$0.00'],
    [0.0000004, '< $0.000001'],
    [0.000042, '$0.000042'],
    [0.00036, '$0.00036'],
    [0.0042, '$0.0042'],
    [0.0312, '$0.031'],
    [4.2, '$4.20'],
    [1234.4, '$1,234'],
    [null, '–'],
  ])('writes %s as %s', (value, text) => {
    expect(formatCost(value)).toBe(text);
  });

  it.each([
    ['3', '$3.00'],
    ['0.075', '$0.075'],
    ['15.0000', '$15.00'],
    [null, '–'],
  ])('writes the price %s as %s', (value, text) => {
    expect(formatPrice(value)).toBe(text);
  });
});

describe('amounts', () => {
  it('shortens only what is long', () => {
    expect(formatCompact(9999)).toBe('9,999');
    expect(formatCompact(8_431_200)).toBe('8.4M');
    expect(formatBytes(999)).toBe('999 B');
    expect(formatBytes(51_200)).toBe('51 kB');
    expect(formatBytes(2_500_000)).toBe('2.5 MB');
  });

  it('begins a sentence with a capital and leaves the rest alone', () => {
    expect(asSentence('the image A/b is not to be had')).toBe('The image A/b is not to be had');
    expect(asSentence('')).toBe('');
  });
  it('counts one thing as one', () => {
    expect(pluralize(1, 'call')).toBe('1 call');
    expect(pluralize(1200, 'call')).toBe('1,200 calls');
  });

  it.each([
    [12, 10, '+20 %'],
    [9, 10, '−10 %'],
    [10, 10, '±0 %'],
    [140, 10, '×14'],
    [3, 0, null],
  ])('compares %s with %s as %s', (value, previous, text) => {
    expect(formatChange(value, previous)).toBe(text);
  });
});

describe('times', () => {
  it.each([
    [0.4, '0 ms'],
    [842, '842 ms'],
    [1240, '1.24 s'],
    [24_000, '24.0 s'],
    [125_000, '2 min 5 s'],
    [null, '–'],
  ])('writes %s ms as %s', (ms, text) => {
    expect(formatDuration(ms)).toBe(text);
  });

  it.each([
    [0, 'just now'],
    [180, '3 min ago'],
    [7200, '2 h ago'],
    [86_400, '1 day ago'],
    [-864_000, 'in 10 days'],
  ])('tells what happened %s seconds ago as %s', (seconds, text) => {
    const now = Date.parse('2026-01-10T12:00:00Z');
    expect(formatRelative(new Date(now - seconds * 1000).toISOString(), now)).toBe(text);
  });
});
