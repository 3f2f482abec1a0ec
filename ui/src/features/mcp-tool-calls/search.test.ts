import { describe, expect, it } from 'vitest';
import { matchesFilters } from '@/features/mcp-tool-calls/live';
import { apiFilters, hasFilters, toolCallsSearch } from '@/features/mcp-tool-calls/search';

describe('the filters of the tool calls', () => {
  it('leave out what does not fit', () => {
    expect(toolCallsSearch({ outcome: 'odd', range: '2y', toolName: 'a__b' })).toEqual({ toolName: 'a__b' });
  });

  it('count a range back from now and keep the page’s own switches to themselves', () => {
    const now = Date.parse('2026-01-10T12:00:00Z');
    expect(apiFilters({ range: '24h', live: true, method: 'tools/call' }, now)).toEqual({
      method: 'tools/call',
      startDate: '2026-01-09T12:00:00.000Z',
    });
  });

  it('are not set by following alone', () => {
    expect(hasFilters({ live: true })).toBe(false);
    expect(hasFilters({ outcome: 'error' })).toBe(true);
  });

  it('hold for live calls too, and a text search for none of them', () => {
    const call = {
      agentId: 'a',
      mcpServerId: 'x',
      mcpServerName: 's',
      toolName: 't',
      method: 'tools/call',
      isError: true,
      userId: null,
    };
    expect(matchesFilters(call, { outcome: 'error', agentId: 'a' })).toBe(true);
    expect(matchesFilters(call, { outcome: 'ok' })).toBe(false);
    expect(matchesFilters(call, { serverName: 'other' })).toBe(false);
    expect(matchesFilters(call, { search: 's' })).toBe(false);
  });
});
