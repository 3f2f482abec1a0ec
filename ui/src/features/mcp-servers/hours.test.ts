import { describe, expect, it } from 'vitest';
import { everyHour } from '@/features/mcp-servers/hours';

describe('the hours of a chart', () => {
  const now = Date.parse('2026-01-10T12:34:00Z');

  it('are all there, up to the present one, and hold what is known', () => {
    const hours = everyHour([{ t: '2026-01-10T11:00:00Z', calls: 5, errors: 1 }], 24, now);
    expect(hours).toHaveLength(24);
    expect(hours.at(-1)).toEqual({ t: '2026-01-10T12:00:00.000Z', calls: 0, errors: 0 });
    expect(hours.at(-2)).toMatchObject({ calls: 5, errors: 1 });
    expect(hours[0]?.t).toBe('2026-01-09T13:00:00.000Z');
  });

  it('leave out what lies before them', () => {
    const hours = everyHour([{ t: '2026-01-01T00:00:00Z', calls: 9, errors: 0 }], 24, now);
    expect(hours.every((hour) => hour.calls === 0)).toBe(true);
  });
});
