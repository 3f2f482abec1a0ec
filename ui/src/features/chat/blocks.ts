/**
 * Markdown cut where a new block surely begins, so that while an answer grows only its last block is read anew.
 * It cuts at an empty line before a line that starts in the first column and continues no list, quote or table. Pure.
 */
export function blocksOf(text: string): string[] {
  // A definition of a link holds for the whole text.
  if (/^\[[^\]]+\]:/m.test(text)) return [text];
  const blocks: string[] = [];
  let block: string[] = [];
  let fence: string | null = null;
  let empty = false;
  for (const line of text.split('\n')) {
    if (fence === null && empty && block.length > 0 && beginsBlock(line)) {
      blocks.push(block.join('\n'));
      block = [];
    }
    const mark = /^ {0,3}(`{3,}|~{3,})/.exec(line)?.[1];
    if (mark !== undefined) {
      if (fence === null) fence = mark;
      else if (mark.startsWith(fence) && /^\s*[`~]+\s*$/.test(line)) fence = null;
    }
    empty = line.trim() === '';
    block.push(line);
  }
  blocks.push(block.join('\n'));
  return blocks;
}

function beginsBlock(line: string): boolean {
  return /^(?![-*+>|]|\d+[.)])\S/.test(line) || /^(\*\*|__)\S/.test(line);
}
