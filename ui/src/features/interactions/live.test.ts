import { describe, expect, it } from 'vitest';
import type { Interaction } from '@/api/types';
import { withNewest } from '@/features/call-log/live';
import { matchesFilters } from '@/features/interactions/live';

const row = {
  id: 'a',
  provider: 'openai',
  model: 'gpt-x',
  agentId: '1',
  outcome: 'ok',
  type: 'openai:responses',
  externalAgentId: null,
  userId: null,
  sessionId: null,
} as Interaction;

describe('live calls', () => {
  it('stand on top, each once', () => {
    const other = { ...row, id: 'b' };
    expect(withNewest([other, row], row).map((each) => each.id)).toEqual(['a', 'b']);
  });

  it('are shown only where the filters let them', () => {
    expect(matchesFilters(row, {})).toBe(true);
    expect(matchesFilters(row, { provider: 'openai', range: '1h' })).toBe(true);
    expect(matchesFilters(row, { provider: 'gemini' })).toBe(false);
    expect(matchesFilters(row, { sessionId: 's' })).toBe(false);
  });

  it('do not belong into a time that has passed, nor into a search the server makes', () => {
    expect(matchesFilters(row, { to: '2026-01-01T00:00' })).toBe(false);
    expect(matchesFilters(row, { search: 'gpt' })).toBe(false);
  });
});
