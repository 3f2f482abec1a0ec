import { describe, expect, it } from 'vitest';
import type { ToolPart } from '@/api/chat';
import { gist, lookOf, nameOf } from '@/features/chat/tool-view';

const PART: ToolPart = { type: 'dynamic-tool', toolName: 'x__y', toolCallId: 'c', state: 'input-available' };

describe('a tool card', () => {
  it('names the server and the tool', () => {
    expect(nameOf('git-hub__search__issues')).toEqual({ server: 'git-hub', tool: 'search__issues' });
    expect(nameOf('clock')).toEqual({ server: null, tool: 'clock' });
    expect(nameOf('__odd')).toEqual({ server: null, tool: '__odd' });
  });

  it('never spins after the run has ended', () => {
    expect(lookOf(PART, true)).toMatchObject({ label: 'running', busy: true });
    expect(lookOf(PART, false)).toMatchObject({ label: 'not finished', busy: false });
    expect(lookOf({ ...PART, state: 'approval-requested' }, false).label).toBe('not answered');
  });

  it('tells a result that reports an error from one that does not', () => {
    expect(lookOf({ ...PART, state: 'output-available', output: { content: [] } }, false).tone).toBe('ok');
    expect(lookOf({ ...PART, state: 'output-available', output: { content: [], isError: true } }, false).tone).toBe(
      'bad',
    );
  });

  it('says that it asks while an elicitation is open', () => {
    const elicitation = { id: 'e', toolCallId: 'c', mode: 'form' as const, message: '?' };
    expect(lookOf({ ...PART, elicitation }, true).label).toBe('asks you');
    expect(lookOf({ ...PART, elicitation: { ...elicitation, answered: 'accept' } }, true).label).toBe('running');
  });

  it('closed, still says what the call was about', () => {
    expect(gist({ city: 'Oslo', days: 3 })).toBe('city: Oslo, days: 3');
    expect(gist({ text: 'a\n b'.repeat(100) })).toHaveLength(81);
    expect(gist(undefined)).toBe('');
  });
});
