/** A line diff for short texts: what is gone, what is new, what stayed. Pure. */
export type DiffLine = { kind: 'same' | 'gone' | 'new'; text: string };

/** By the longest common subsequence; definitions have some hundred lines, so a table of them is small. */
export function lineDiff(before: string, after: string): DiffLine[] {
  const old = before.split('\n');
  const fresh = after.split('\n');
  const width = fresh.length + 1;
  const common = new Uint32Array((old.length + 1) * width);
  const at = (row: number, column: number) => common[row * width + column] ?? 0;
  for (let row = old.length - 1; row >= 0; row--) {
    for (let column = fresh.length - 1; column >= 0; column--) {
      common[row * width + column] =
        old[row] === fresh[column] ? at(row + 1, column + 1) + 1 : Math.max(at(row + 1, column), at(row, column + 1));
    }
  }
  const lines: DiffLine[] = [];
  let row = 0;
  let column = 0;
  while (row < old.length || column < fresh.length) {
    const left = old[row];
    const right = fresh[column];
    if (left !== undefined && left === right) {
      lines.push({ kind: 'same', text: left });
      row += 1;
      column += 1;
    } else if (left !== undefined && (right === undefined || at(row + 1, column) >= at(row, column + 1))) {
      lines.push({ kind: 'gone', text: left });
      row += 1;
    } else if (right !== undefined) {
      lines.push({ kind: 'new', text: right });
      column += 1;
    }
  }
  return lines;
}

/** Characters that are read by a model and not seen by a person, as escapes: a hidden instruction must show. */
export function revealInvisible(text: string): string {
  return text.replace(/[\p{Cf}\u{E0000}-\u{E007F}]/gu, (character) => {
    const code = character.codePointAt(0) ?? 0;
    return `\\u{${code.toString(16).toUpperCase()}}`;
  });
}
