// Starts every local server of the built-in catalogue the way its entry says, and writes down what happened:
// the version that was installed, when it was started, and how many tools it has. What does not start gets null.
//
//   node server/app/tests/mcp-catalogue/start.mjs [--only slug,slug] [--jobs 3] [--scratch folder]
//
// Needs npm, Python with venv and pip, and the network. Servers that want a token get a made-up one: starting and listing
// tools is what is tried here, not the service behind them.
import { spawn } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

const FILE = join(dirname(fileURLToPath(import.meta.url)), '../../../domain/src/mcp_catalog_builtin.json');
const INSTALL_TIMEOUT = 300_000;
const ANSWER_TIMEOUT = 60_000;

const option = (name, fallback) => {
  const at = process.argv.indexOf(`--${name}`);
  return at < 0 ? fallback : process.argv[at + 1];
};
const scratch = option('scratch', join(tmpdir(), 'mcp-catalogue'));
const only = option('only')?.split(',');

function run(command, args, options) {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { ...options, stdio: ['ignore', 'pipe', 'pipe'], timeout: INSTALL_TIMEOUT });
    let output = '';
    child.stdout.on('data', (chunk) => (output += chunk));
    child.stderr.on('data', (chunk) => (output += chunk));
    child.on('error', reject);
    child.on('close', (code) => (code === 0 ? resolve(output) : reject(new Error(output.trim().slice(-400)))));
  });
}

/** `npx -y pkg@1 a b` and `uvx --with x pkg@1 a b`, taken apart. */
function read(config) {
  const args = [...config.arguments];
  const extra = [];
  while (args[0]?.startsWith('-')) {
    if (args.shift() === '--with') extra.push(args.shift());
  }
  const [, name] = /^(@?[^@]+)/.exec(args[0]);
  return { kind: config.command, name, extra, rest: args.slice(1) };
}

/** Installs a package; answers its version and the program that `npx` or `uvx` would run. */
async function install({ kind, name, extra }, folder) {
  if (kind === 'npx') {
    writeFileSync(join(folder, 'package.json'), '{"private":true}');
    await run('npm', ['install', '--no-audit', '--no-fund', '--silent', `${name}@latest`], { cwd: folder });
    const manifest = JSON.parse(readFileSync(join(folder, 'node_modules', name, 'package.json'), 'utf8'));
    const bins = typeof manifest.bin === 'string' ? { [name.split('/').pop()]: manifest.bin } : manifest.bin;
    const bin = Object.keys(bins).find((key) => key === name.split('/').pop()) ?? Object.keys(bins)[0];
    return { version: manifest.version, program: join(folder, 'node_modules/.bin', bin) };
  }
  const venv = join(folder, 'venv');
  await run('python3', ['-m', 'venv', venv], {});
  await run(join(venv, 'bin/pip'), ['install', '--quiet', name, ...extra], {});
  const facts = await run(join(venv, 'bin/pip'), ['show', name], {});
  return { version: /^Version: (.+)$/m.exec(facts)[1], program: join(venv, 'bin', name) };
}

function environment(item, folder) {
  const values = { PATH: process.env.PATH, HOME: folder, TMPDIR: folder };
  for (const entry of item.localConfig.environment) {
    if (entry.default !== undefined) values[entry.key] = String(entry.default);
    else if (entry.required) values[entry.key] = entry.key.endsWith('_URL') ? 'https://example.invalid' : 'made-up-for-the-start';
  }
  return values;
}

/** Speaks MCP with the program over its standard streams until its tools are known. */
function countTools(program, args, env, folder) {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, { cwd: folder, env, stdio: ['pipe', 'pipe', 'pipe'], detached: true });
    let complaints = '';
    const end = (settle, value) => {
      clearTimeout(timer);
      try {
        process.kill(-child.pid, 'SIGKILL');
      } catch {
        // It is gone already.
      }
      settle(value);
    };
    const timer = setTimeout(() => end(reject, new Error(`no answer in time. ${complaints.slice(-300)}`)), ANSWER_TIMEOUT);
    const send = (message) => child.stdin.write(`${JSON.stringify({ jsonrpc: '2.0', ...message })}\n`);
    let tools = 0;
    child.stdin.on('error', () => {});
    child.stderr.on('data', (chunk) => (complaints += chunk));
    child.on('error', (error) => end(reject, error));
    child.on('exit', (code) => end(reject, new Error(`ended with ${code}. ${complaints.trim().slice(-300)}`)));
    createInterface({ input: child.stdout }).on('line', (line) => {
      let message;
      try {
        message = JSON.parse(line);
      } catch {
        return;
      }
      if (message.method && message.id !== undefined) {
        send({ id: message.id, error: { code: -32601, message: 'not here' } });
      } else if (message.error) {
        end(reject, new Error(message.error.message));
      } else if (message.id === 1) {
        send({ method: 'notifications/initialized' });
        send({ id: 2, method: 'tools/list', params: {} });
      } else if (message.id === 2) {
        tools += message.result.tools.length;
        if (message.result.nextCursor) send({ id: 2, method: 'tools/list', params: { cursor: message.result.nextCursor } });
        else end(resolve, tools);
      }
    });
    const clientInfo = { name: 'mcp-catalogue', version: '1' };
    send({ id: 1, method: 'initialize', params: { protocolVersion: '2025-11-25', capabilities: {}, clientInfo } });
  });
}

async function attempt(item) {
  const folder = join(scratch, item.slug);
  mkdirSync(folder, { recursive: true });
  const parts = read(item.localConfig);
  const { version, program } = await install(parts, folder);
  const answers = (text) => text.replace(/\$\{user_config\.(\w+)\}/g, (_, key) => item.userConfig[key].default);
  const rest = parts.rest.map(answers);
  const env = environment(item, folder);
  env.PATH = [dirname(program), env.PATH].join(delimiter);
  const toolCount = await countTools(program, rest, env, folder);
  const pinned = [...item.localConfig.arguments];
  pinned[pinned.indexOf(pinned.find((arg) => arg === parts.name || arg.startsWith(`${parts.name}@`)))] = `${parts.name}@${version}`;
  return { version, toolCount, pinned };
}

const catalogue = JSON.parse(readFileSync(FILE, 'utf8'));
const queue = catalogue.items.filter((item) => item.serverType === 'local' && (!only || only.includes(item.slug)));
const today = new Date().toISOString().slice(0, 10);
const total = queue.length;
let started = 0;

async function worker() {
  for (let item = queue.shift(); item; item = queue.shift()) {
    try {
      const { version, toolCount, pinned } = await attempt(item);
      Object.assign(item, { testedAt: today, testedVersion: version, toolCount });
      item.localConfig.arguments = pinned;
      started += 1;
      console.log(`ok   ${item.slug} ${version}: ${toolCount} tools`);
    } catch (error) {
      Object.assign(item, { testedAt: null, testedVersion: null, toolCount: null });
      console.log(`FAIL ${item.slug}: ${error.message.replaceAll('\n', ' ')}`);
    }
  }
}

await Promise.all(Array.from({ length: Number(option('jobs', '3')) }, worker));
catalogue.asOf = today;
writeFileSync(FILE, `${JSON.stringify(catalogue, null, 2)}\n`);
console.log(`${started} of ${total} started`);
