import { describe, expect, it } from 'vitest';
import { amount, countedBy, leftWords, levelOf, valueError } from '@/features/limits/words';
import type { Limit } from '@/api/policies';

const what = { limitType: 'token_cost', model: null, mcpServerName: null, toolName: null } as const;

describe('what a limit counts', () => {
  it('names models, servers and tools, or says that it is all of them', () => {
    expect(countedBy(what)).toBe('Spend on all models');
    expect(countedBy({ ...what, model: ['a', 'b'] })).toBe('Spend on a and b');
    expect(countedBy({ ...what, model: ['a', 'b', 'c', 'd'] })).toBe('Spend on a, b and 2 more');
    expect(countedBy({ ...what, limitType: 'mcp_server_calls' })).toBe('Calls of all MCP servers');
    expect(countedBy({ ...what, limitType: 'tool_calls', mcpServerName: 'mail' })).toBe('Calls of all tools at mail');
    expect(countedBy({ ...what, limitType: 'tool_calls', toolName: 'send' })).toBe('Calls of send');
  });

  it('is money for models and calls for the rest', () => {
    expect(amount('token_cost', 12)).toBe('$12.00');
    expect(amount('tool_calls', 12000)).toBe('12,000');
  });
});

describe('how far it is used', () => {
  const limit = { limitType: 'tool_calls', limitValue: 10, used: 9, percent: 90, exceeded: false } as Limit;

  it('says what is left', () => {
    expect(leftWords(limit)).toBe('1 call left');
    expect(leftWords({ ...limit, limitType: 'token_cost' })).toBe('$1.00 left');
    expect(leftWords({ ...limit, used: 10, exceeded: true })).toContain('refused');
  });

  it('warns before the end', () => {
    expect([50, 80, 120].map((percent) => levelOf({ percent, exceeded: percent >= 100 }))).toEqual([
      'calm',
      'near',
      'over',
    ]);
  });
});

describe('a typed value', () => {
  it.each(['0', '5', ' 1000 '])('accepts %s', (text) => expect(valueError(text)).toBeNull());
  it.each(['', '-1', '1.5', 'much'])('refuses %s', (text) => expect(valueError(text)).not.toBeNull());
});
