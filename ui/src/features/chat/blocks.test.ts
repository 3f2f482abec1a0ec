import { describe, expect, it } from 'vitest';
import { blocksOf } from '@/features/chat/blocks';

describe('the blocks of an answer', () => {
  it('are cut between paragraphs and headings, and joined give the text', () => {
    const text = 'One\nstill one\n\n# Two\n\n**Three** goes on\n\nfour';
    expect(blocksOf(text)).toEqual(['One\nstill one\n', '# Two\n', '**Three** goes on\n', 'four']);
    expect(blocksOf(text).join('\n')).toBe(text);
  });

  it('do not cut a list, a quote or a table', () => {
    const text = '1. one\n\n2. two\n\n   more of two\n\n- a\n\n> q\n\n> r\n\n| a |';
    expect(blocksOf(text)).toEqual([text]);
  });

  it('do not cut code, however it looks inside, until its fence is closed', () => {
    const text = '```md\n# not a heading\n\ntext\n~~~\n\nmore\n```\n\nafter';
    expect(blocksOf(text)).toEqual(['```md\n# not a heading\n\ntext\n~~~\n\nmore\n```\n', 'after']);
    expect(blocksOf('````\n```\n\nx\n````\n\ny')).toHaveLength(2);
    expect(blocksOf('```js\nopen\n\nstill open')).toHaveLength(1);
  });

  it('stay together when a link is defined for all of them', () => {
    expect(blocksOf('See [a].\n\nMore.\n\n[a]: https://example.com')).toHaveLength(1);
  });

  it('stay the same when the text grows', () => {
    const text = 'First.\n\n## Second\n\nThird paragraph with words\n\n```\ncode\n```\n\nLast';
    for (let length = 1; length < text.length; length++) {
      const before = blocksOf(text.slice(0, length)).slice(0, -1);
      expect(blocksOf(text).slice(0, before.length)).toEqual(before);
    }
  });
});
