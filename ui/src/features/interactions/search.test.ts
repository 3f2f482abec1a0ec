import { describe, expect, it } from 'vitest';
import { apiFilters, hasFilters, interactionsSearch } from '@/features/interactions/search';

describe('the filters of the log', () => {
  it('counts a range back from now', () => {
    const now = Date.parse('2026-01-02T00:00:00Z');
    expect(apiFilters({ range: '24h' }, now)['startDate']).toBe('2026-01-01T00:00:00.000Z');
  });

  it('drops what does not fit instead of failing', () => {
    expect(interactionsSearch({ range: '3y', provider: ['x'], live: 'no' })).toEqual({});
    expect(apiFilters({ from: 'yesterday' }, 0)['startDate']).toBeUndefined();
  });

  it('does not call the live switch a filter', () => {
    expect(hasFilters({ live: true })).toBe(false);
    expect(hasFilters({ model: 'gpt-x' })).toBe(true);
  });
});
