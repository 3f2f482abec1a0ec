import { describe, expect, it } from 'vitest';
import { fitting, slug, typedCommand } from '@/features/chat/commands';

const COMMANDS = [
  { name: 'new', description: 'Start another conversation' },
  { name: 'model', description: 'Choose the model' },
  { name: 'system', description: 'Change the system prompt', words: 'instructions' },
];

describe('slash commands', () => {
  it('begin with a slash in the first column and end with the line', () => {
    expect(typedCommand('/model gpt')).toEqual({ name: 'model', argument: 'gpt' });
    expect(typedCommand('/')).toEqual({ name: '', argument: '' });
    expect(typedCommand(' /model')).toBeNull();
    expect(typedCommand('look at /etc')).toBeNull();
  });

  it('are not found in a path or in a text of several lines', () => {
    expect(typedCommand('/etc/hosts is broken')).toBeNull();
    expect(typedCommand('/new\nand more')).toBeNull();
  });

  it('fit by how they begin, then by what they are about', () => {
    expect(fitting(COMMANDS, { name: '', argument: '' })).toHaveLength(3);
    expect(fitting(COMMANDS, { name: 'mo', argument: '' }).map(({ name }) => name)).toEqual(['model']);
    expect(fitting(COMMANDS, { name: 'instruct', argument: '' }).map(({ name }) => name)).toEqual(['system']);
    expect(fitting(COMMANDS, { name: 'zzz', argument: '' })).toEqual([]);
  });

  it('take names of any script', () => {
    expect(slug('Weekly report!')).toBe('weekly-report');
    expect(slug('周报 2')).toBe('周报-2');
  });
});
