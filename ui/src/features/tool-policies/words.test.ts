import { describe, expect, it } from 'vitest';
import { argumentPaths, ruleSentence, withoutPolicy } from '@/features/tool-policies/words';

const names = {
  operators: [
    { value: 'endsWith', label: 'Ends with' },
    { value: 'notEqual', label: 'Does not equal' },
    { value: 'contains', label: 'Contains' },
  ],
  teams: [{ id: 'a1', name: 'Finance' }],
};

describe('a policy in words', () => {
  it('names every condition, what happens, and why', () => {
    const rule = {
      conditions: [
        { key: 'to', operator: 'endsWith', value: '@example.com' },
        { key: 'cc[*].address', operator: 'notEqual', value: 'x' },
      ],
      action: 'block_always' as const,
      note: 'Mail stays inside.',
    };
    expect(ruleSentence('call', rule, names)).toBe(
      'When `to` ends with “@example.com” and every `cc[*].address` does not equal “x”, the call is refused: “Mail stays inside.”',
    );
  });

  it('says teams by their names and programs as such', () => {
    const rule = (key: string, operator: string, value: string) => ({
      conditions: [{ key, operator, value }],
      action: 'require_approval' as const,
      note: null,
    });
    expect(ruleSentence('call', rule('context.teamIds', 'contains', 'a1'), names)).toMatch(
      /^When a team of the agent is “Finance”, a person is asked first/,
    );
    expect(ruleSentence('call', rule('context.teamIds', 'notContains', 'gone'), names)).toContain(
      'no team of the agent is “gone”',
    );
    expect(ruleSentence('call', rule('context.externalAgentId', 'contains', 'cli'), names)).toContain(
      'the calling program contains “cli”',
    );
  });

  it('is the rest where it has no conditions', () => {
    expect(ruleSentence('result', { conditions: [], action: 'mark_as_trusted', note: 'own data' }, names)).toBe(
      'Otherwise the result is trusted.',
    );
    expect(withoutPolicy('call', 'restrictive')).toContain('refused');
    expect(withoutPolicy('result', 'permissive')).toBe('the result is trusted');
  });

  it('reads an operator and an action it has never heard of', () => {
    const rule = { conditions: [{ key: 'a', operator: 'near', value: 'b' }], action: 'call_home' as never, note: null };
    expect(ruleSentence('call', rule, names)).toBe('When `a` near “b”, the action is call_home.');
  });
});

describe('the arguments a condition can name', () => {
  it('are the leaves of the schema, through objects and lists', () => {
    const schema = {
      properties: {
        to: { type: 'string' },
        user: { type: 'object', properties: { email: {}, tags: { type: 'array', items: { type: 'string' } } } },
        items: { type: 'array', items: { type: 'object', properties: { id: {} } } },
      },
    };
    expect(argumentPaths(schema)).toEqual(['to', 'user.email', 'user.tags[*]', 'items[*].id']);
  });

  it('are none where there is no schema', () => {
    expect(argumentPaths(null)).toEqual([]);
    expect(argumentPaths({ type: 'object' })).toEqual([]);
  });
});
