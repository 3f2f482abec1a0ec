import { describe, expect, it } from 'vitest';
import { type Choosable, groupTools } from '@/features/agent-tools/tool-groups';

function tool(name: string, catalogName: string | null): Choosable {
  return {
    id: name,
    name,
    rawName: name.split('__').at(-1) ?? name,
    title: null,
    description: null,
    catalogId: catalogName,
    catalogName,
    tokens: 1,
    paused: false,
  };
}

const TOOLS = [
  tool('time__now', 'time'),
  tool('git__log', 'git'),
  tool('git__add', 'git'),
  tool('archestra__whoami', null),
];

describe('tools by server', () => {
  it('stand in order, and what comes with the program has a group of its own', () => {
    expect(groupTools(TOOLS, '').map((group) => [group.name, group.tools.map((each) => each.rawName)])).toEqual([
      ['Archestra', ['whoami']],
      ['git', ['add', 'log']],
      ['time', ['now']],
    ]);
  });

  it('are found by their own name and by their server’s', () => {
    expect(groupTools(TOOLS, 'log')).toHaveLength(1);
    expect(groupTools(TOOLS, 'git')[0]?.tools).toHaveLength(2);
    expect(groupTools(TOOLS, 'git log')[0]?.tools.map((each) => each.rawName)).toEqual(['log']);
    expect(groupTools(TOOLS, 'nothing')).toEqual([]);
  });
});
