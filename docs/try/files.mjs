// Blocks that are no commands: what a reader saves to a file, given to what reads it.
import { render, withValues } from './charts.mjs';
import { expect, substituted } from './ways.mjs';

const formats = {
  yaml: values,
  env: variables,
  json: (page, text) => expect(JSON.parse(text) !== undefined, 'JSON'),
  toml: (page, text) => parsed(page, text, 'import sys, tomllib; tomllib.load(sys.stdin.buffer)'),
  ini: (page, text) => parsed(page, text, 'import configparser, sys; configparser.ConfigParser(strict=False).read_file(sys.stdin)'),
};

export async function read(page, block) {
  const format = formats[block.language];
  if (!format) throw new Error(`no way to try \`${block.language}\` is known: add one to docs/try/files.mjs`);
  return (await format(page, await substituted(page, block.text))) ?? {};
}

/** The next commands of the page find them as values.yaml. */
async function values(page, text) {
  expect(/^(archestra|postgresql):/m.test(text), 'only values of the chart are expected in YAML');
  await saved(page, 'values.yaml', text);
  page.rendered = (await render(page.stage, page.helms(), withValues('values.yaml'))).at(-1);
  return { note: 'both Helms rendered it' };
}

/** The program itself says whether it can use them. */
async function variables(page, text) {
  await saved(page, 'variables.env', text);
  const said = await page.stage.says('set -a; . ./variables.env; set +a; archestra doctor || true');
  expect(/^(ok|WARN) +configuration /m.test(said), said);
  return { note: 'archestra doctor can use it' };
}

async function parsed(page, text, program) {
  await saved(page, 'block', text);
  await page.stage.says(`python3 -c '${program}' <block`);
}

async function saved(page, name, text) {
  const { status, said } = await page.stage.run(`cat >${name} <<'END_OF_BLOCK'\n${text}\nEND_OF_BLOCK`);
  expect(status === 0, said);
}
