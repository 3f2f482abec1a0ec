#!/usr/bin/env node
// Runs every command of the documentation, page by page and in order, as a reader with a new machine would.
//
//   ARCHESTRA_BIN=target/debug/archestra docs/try/run.mjs [<page>…] [--build] [--cluster <kubeconfig>] [--packages <folder>]
//
// Each page has a network, a container engine and a file system of its own (`stage`). What a machine does not have, such
// as a cluster, is said in the line of the command, with what was looked at instead. With --build, `cargo xtask run` builds
// the program once more, which takes minutes. With --cluster, Helm and kubectl are run for real; ARCHESTRA_DOCS_VALUES names
// a file of values with the images that the cluster has, and ARCHESTRA_DOCS_POSTGRES one of PostgreSQL, if it has no
// postgres:17. With --packages, those that `cargo xtask dist` made are installed on a Debian with a systemd of its own.
// Needs Linux, root, Docker, Python and npm.
import { chmodSync, mkdirSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { homedir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

import { blocks, commands, pages, shells } from './blocks.mjs';
import { helms } from './charts.mjs';
import { Cluster } from './cluster.mjs';
import { read } from './files.mjs';
import * as images from './images.mjs';
import { Machines } from './machine.mjs';
import { Stage } from './stage.mjs';
import { substitutions, tried } from './ways.mjs';

const root = resolve(dirname(fileURLToPath(import.meta.url)), '../..');
const given = process.argv.slice(2);
const option = (name, Kind) => (given.includes(name) ? new Kind(given.splice(given.indexOf(name), 2)[1]) : undefined);
const cluster = option('--cluster', Cluster);
const machines = option('--packages', Machines);
const builds = given.includes('--build') && given.splice(given.indexOf('--build'), 1).length > 0;
const program = resolve(process.env.ARCHESTRA_BIN ?? join(root, 'target/debug/archestra'));
const target = resolve(root, process.env.CARGO_TARGET_DIR ?? 'target');
/** Pages whose readers have a server already. */
const running = ['docs/quick-start.md', 'docs/operations.md', 'docs/monitoring.md'];
const count = { passed: 0, failed: 0, missing: new Map() };

if (process.platform !== 'linux' || process.getuid() !== 0) {
  console.error('the commands of the documentation are run in namespaces of Linux, which only root can make');
  process.exit(1);
}
const scratch = mkdtempSync('/var/tmp/archestra-docs-');
chmodSync(scratch, 0o711);
mkdirSync(join(scratch, 'bin'));
symlinkSync(program, join(scratch, 'bin/archestra'));
// The machine's own settings of the program are not a reader's.
const inherited = Object.entries(process.env).filter(([name]) => !/^(ARCHESTRA_(?!POSTGRES_DIR)|DATABASE_URL$)/.test(name));
const env = {
  ...Object.fromEntries(inherited),
  PATH: `${join(scratch, 'bin')}:${process.env.PATH}`,
  CARGO_HOME: process.env.CARGO_HOME ?? join(homedir(), '.cargo'),
  RUSTUP_HOME: process.env.RUSTUP_HOME ?? join(homedir(), '.rustup'),
  CARGO_NET_OFFLINE: 'true',
};

let current;
for (const name of ['SIGINT', 'SIGTERM']) {
  process.on(name, async () => {
    await current?.end();
    clean();
    process.exit(1);
  });
}

/** What one page's commands share. */
class Page {
  constructor(stage) {
    this.stage = stage;
    this.cluster = cluster;
    this.builds = builds;
    this.machines = machines;
    this.isRelease = images.isRelease(program);
  }

  helms() {
    return helms(target);
  }

  built() {
    if (!built.said) throw new Error('the images were not made');
    return 'the machine’s engine, which has a network, made both images by it for this test';
  }

  async engine() {
    if (this.stage.dockerd) return;
    imagesAreMade();
    await this.stage.engine();
    const plugins = join(this.stage.folder, 'home/.docker/cli-plugins');
    mkdirSync(plugins, { recursive: true });
    symlinkSync(images.composePlugin(target), join(plugins, 'docker-compose'));
    if (!(await this.stage.holds('docker image inspect archestra/platform:latest'))) await images.copyInto(this.stage);
  }

  /** The address of a PostgreSQL of this page's own. */
  async database() {
    if (!this.address && this.cluster) this.address = await this.cluster.database(this);
    if (!this.address) {
      await this.engine();
      await this.stage.says(`docker run --detach --name documented-database --env POSTGRES_USER=user \
        --env POSTGRES_PASSWORD=password --env POSTGRES_DB=database postgres:17`);
      await this.stage.within(30, 'docker exec documented-database pg_isready --host 127.0.0.1');
      this.address = await this.stage.says(
        "docker inspect --format '{{.NetworkSettings.IPAddress}}' documented-database",
      );
    }
    return this.address;
  }
}

const built = { said: undefined };
function imagesAreMade() {
  if (built.said) return;
  console.log('      making the images that the pages name …');
  images.requireEngine();
  built.said = images.make(root, program);
}

function report(where, what, outcome) {
  const line = `${where}  ${what.length > 90 ? `${what.slice(0, 89)}…` : what}`;
  if (outcome instanceof Error) {
    count.failed += 1;
    console.log(`FAIL  ${line}\n${outcome.message.replace(/^/gm, '        ')}`);
    return;
  }
  count.passed += 1;
  const { missing, instead, note } = outcome;
  if (missing) count.missing.set(missing, (count.missing.get(missing) ?? 0) + 1);
  const more = missing ? ` — needs ${missing}; ${instead}` : note || instead ? ` — ${note ?? instead}` : '';
  console.log(`${missing ? 'part' : 'ok  '}  ${line}${more}`);
}

async function attempt(where, what, work) {
  try {
    report(where, what, await work());
  } catch (error) {
    report(where, what, error);
  }
}

async function block(page, found) {
  if (found.language === '') return;
  if (!shells.includes(found.language)) {
    await attempt(`${found.page}:${found.line}`, `a block of ${found.language}`, () => read(page, found));
    return;
  }
  for (const command of commands(found)) {
    await attempt(`${found.page}:${command.line}`, command.plain, () => tried(page, command));
  }
}

async function tryPage(name) {
  const found = blocks(root, name);
  if (found.every(({ language }) => language === '')) return;
  console.log(`--- ${name}`);
  const folder = join(scratch, name.replaceAll('/', '-'));
  current = await Stage.begin({ root, folder, engine: join(scratch, 'engine'), env });
  const page = new Page(current);
  try {
    if (running.includes(name)) await tried(page, { plain: 'archestra serve', text: 'archestra serve' });
    for (const one of found) await block(page, one);
    // What still serves has to end as it should, too.
    for (const server of [...current.servers]) {
      const code = await current.stop(server);
      if (code !== 0) report(name, 'its last server stops', new Error(`it ended with ${code}: ${server.said().slice(-2000)}`));
    }
  } finally {
    await cluster?.end(page);
    machines?.end();
    await current.end();
    current = undefined;
  }
}

function clean() {
  rmSync(scratch, { recursive: true, force: true });
  if (built.said) images.forget();
}

console.log('in place of what the pages say:');
for (const { from, why } of substitutions) console.log(`      ${from.trim()} → ${why}`);
const known = pages(root);
const chosen = given.length ? given : known;
try {
  for (const page of chosen) {
    if (!known.includes(page)) throw new Error(`there is no page ${page}; there are: ${known.join(', ')}`);
    await tryPage(page);
  }
} catch (error) {
  report('the test itself', '', error);
} finally {
  clean();
}
for (const [missing, number] of count.missing) console.log(`not run for want of ${missing}: ${number}, see "part" above`);
console.log(`${count.passed} passed, ${count.failed} failed`);
process.exit(count.failed === 0 && count.passed > 0 ? 0 : 1);
