// The fenced blocks of the pages, and the commands in them.
import { spawnSync } from 'node:child_process';
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';

export const shells = ['bash', 'sh', 'shell', 'console'];

/** Relative to the root: what people read in order to use, run or change the program. */
export function pages(root) {
  const below = (folder) =>
    readdirSync(join(root, folder), { withFileTypes: true }).flatMap((entry) => {
      const path = `${folder}/${entry.name}`;
      if (entry.isDirectory()) return below(path);
      return entry.name.endsWith('.md') ? [path] : [];
    });
  const readmes = below('packaging').filter((path) => path.endsWith('/README.md'));
  return ['README.md', 'CONTRIBUTING.md', ...below('docs').sort(), ...readmes.sort()];
}

/** `{ page, line, language, text }`, where the line is that of the first one inside. */
export function blocks(root, page) {
  const found = [];
  let open;
  readFileSync(join(root, page), 'utf8')
    .split('\n')
    .forEach((text, index) => {
      const fence = /^(\s*)(`{3,}|~{3,})\s*([\w-]*)/.exec(text);
      if (open && fence && fence[2] === open.fence && !fence[3]) {
        found.push({ page, line: open.line, language: open.language, text: open.lines.join('\n') });
        open = undefined;
      } else if (open) {
        open.lines.push(text.slice(open.indent));
      } else if (fence) {
        open = { fence: fence[2], indent: fence[1].length, language: fence[3], line: index + 2, lines: [] };
      }
    });
  if (open) throw new Error(`${page}:${open.line}: this block never ends`);
  return found;
}

/** `{ line, text, plain }`: as it stands there, and as one line without its comment. */
export function commands(block) {
  const found = [];
  let text = '';
  let first;
  typed(block).forEach((line, index) => {
    if (!text && /^\s*(#.*)?$/.test(line)) return;
    first ??= block.line + index;
    text += `${line}\n`;
    if (!isWhole(text)) return;
    found.push({ line: first, text, plain: plain(text) });
    text = '';
    first = undefined;
  });
  if (text) throw new Error(`${block.page}:${first}: the shell finds no end of this command`);
  return found;
}

/** In a console, what follows the prompt; the rest is what was answered. */
function typed(block) {
  const lines = block.text.split('\n');
  if (block.language !== 'console') return lines;
  return lines.map((line) => (line.startsWith('$ ') ? line.slice(2) : ''));
}

function isWhole(text) {
  if (/\\\n$/.test(text)) return false;
  // It only warns of a here-document that has no end.
  const { status, stderr } = spawnSync('bash', ['-n'], { input: text, encoding: 'utf8' });
  return status === 0 && stderr === '';
}

function plain(text) {
  return text
    .replaceAll('\\\n', ' ')
    .replace(/\s#\s.*/g, '')
    .replace(/[\s;]+$/, '')
    .replace(/\s+/g, ' ');
}
