import { describe, expect, it } from 'vitest';
import type { OptimizationRule } from '@/api/policies';
import { conditionsOf, draftOf, inOrder, lengthError, ruleSentence } from '@/features/optimization-rules/words';

const rule = (id: string, entityType: OptimizationRule['entityType'], createdAt: string) =>
  ({ id, entityType, createdAt }) as OptimizationRule;

it('looks at the rules of the agent first, then of teams, then of everybody, the oldest first', () => {
  const rules = [
    rule('late', 'agent', '2026-02-01T00:00:00Z'),
    rule('all', 'organization', '2026-01-01T00:00:00Z'),
    rule('early', 'agent', '2026-01-01T00:00:00Z'),
  ];
  expect(inOrder(rules).map((group) => group.rules.map(({ id }) => id))).toEqual([['early', 'late'], ['all']]);
});

describe('a rule in words', () => {
  const said = { targetModel: 'small', providerName: 'OpenAI' };

  it('names its conditions', () => {
    expect(ruleSentence({ ...said, conditions: [{ maxLength: 1500 }, { hasTools: false }] })).toBe(
      'When the request has at most 1,500 tokens and it brings no tools, `small` answers instead of another model of OpenAI.',
    );
    expect(ruleSentence({ ...said, conditions: [] })).toMatch(/^Always, /);
  });
});

it('turns conditions into a form and back', () => {
  const conditions = [{ maxLength: 20 }, { hasTools: true }];
  expect(conditionsOf(draftOf(conditions))).toEqual(conditions);
  expect(conditionsOf(draftOf([]))).toEqual([]);
  expect([lengthError(''), lengthError('12'), lengthError('1.5')]).toEqual([null, null, expect.any(String)]);
});
