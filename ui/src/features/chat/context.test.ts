import { describe, expect, it } from 'vitest';
import { shares } from '@/features/chat/context';

const CONTEXT = {
  model: 'm',
  limit: 1000,
  system: 100,
  tools: 200,
  history: 300,
  attachments: 0,
  used: 600,
  free: 400,
  exact: true,
};

describe('the context gauge', () => {
  it('fills the whole bar with its parts', () => {
    const { percent, parts } = shares(CONTEXT);
    expect(percent).toBe(60);
    expect(parts.reduce((sum, { share }) => sum + share, 0)).toBeCloseTo(1);
    expect(parts.at(-1)).toMatchObject({ name: 'Free', from: 0.6 });
  });

  it('names no share of a window nobody knows', () => {
    const { percent, parts } = shares({ ...CONTEXT, limit: null, free: null });
    expect(percent).toBeNull();
    expect(parts.map(({ name }) => name)).not.toContain('Free');
  });

  it('does not divide by nothing', () => {
    expect(
      shares({ ...CONTEXT, system: 0, tools: 0, history: 0, free: 0 }).parts.every(({ share }) => share === 0),
    ).toBe(true);
  });
});
