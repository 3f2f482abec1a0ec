// The place in which a page's commands run, one shell after the other as in one terminal; see `stage`.
import { spawn } from 'node:child_process';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const here = dirname(fileURLToPath(import.meta.url));
const moment = (milliseconds) => new Promise((done) => setTimeout(done, milliseconds));
/** Of a race; whoever loses it keeps nobody waiting. */
const limit = (seconds, word) => new Promise((done) => setTimeout(done, seconds * 1000, word).unref());

export class Stage {
  /** `engine` is the folder of the container engine's images, which outlives the page. */
  static async begin({ root, folder, engine, env }) {
    mkdirSync(join(folder, 'home'), { recursive: true });
    const keeper = spawn(
      'unshare',
      ['--mount', '--net', '--propagation', 'private', join(here, 'stage'), folder, root],
      { stdio: ['pipe', 'pipe', 'pipe'] },
    );
    const said = await until(keeper, 'ready');
    if (!said.includes('ready')) throw new Error(`no place to run commands in could be made: ${said}`);
    const stage = new Stage();
    Object.assign(stage, { root, folder, keeper, engineFolder: engine, env: { ...env, HOME: join(folder, 'home') } });
    writeFileSync(stage.state, `cd '${root}'\n`);
    return stage;
  }

  servers = [];

  get state() {
    return join(this.folder, 'state');
  }

  /** To its end. What it exports, and where it goes, holds for those that follow. */
  async run(command, { seconds = 120 } = {}) {
    const keep = `trap '{ export -p; printf "cd %q\\n" "$PWD"; } >"${this.state}"' EXIT`;
    return finished(this.shell(`${keep}\n${command}`), seconds);
  }

  /** Whether it ends well; it leaves nothing to those that follow. */
  async holds(command, seconds = 20, where) {
    return (await finished(this.shell(command, where), seconds)).status === 0;
  }

  async says(command, seconds = 60, where) {
    const { status, said, printed } = await finished(this.shell(command, where), seconds);
    if (status !== 0) throw new Error(`${command}: ${said}`);
    return printed.trim();
  }

  async within(seconds, command, where) {
    const begun = Date.now();
    while (!(await this.holds(command, 20, where))) {
      if (Date.now() - begun > seconds * 1000) return undefined;
      await moment(100);
    }
    return Date.now() - begun;
  }

  /** A program that goes on until it is stopped. */
  serve(command, ports, where) {
    const child = this.shell(command, where);
    const server = { ports, said: collect(child), exit: ended(child), child };
    this.servers.push(server);
    return server;
  }

  async stop(server) {
    this.servers = this.servers.filter((other) => other !== server);
    signal(server.child, 'SIGTERM');
    const code = await Promise.race([server.exit, limit(30, 'no end')]);
    if (code === 'no end') signal(server.child, 'SIGKILL');
    return code;
  }

  /** Docker, where the clients look for it. */
  async engine() {
    if (this.dockerd) return;
    this.dockerd = this.shell(`exec dockerd --data-root '${this.engineFolder}' --log-level warn`);
    const said = collect(this.dockerd);
    if ((await this.within(40, 'docker version')) === undefined) throw new Error(`dockerd did not start: ${said()}`);
  }

  async end() {
    for (const server of [...this.servers]) await this.stop(server);
    if (this.dockerd) {
      await this.holds('docker ps --all --quiet | xargs --no-run-if-empty docker rm --force --volumes', 60);
      await this.holds('docker volume ls --quiet | xargs --no-run-if-empty docker volume rm', 60);
      await this.holds('docker network prune --force', 60);
      signal(this.dockerd, 'SIGTERM');
      await ended(this.dockerd);
    }
    this.keeper.stdin.end();
    await ended(this.keeper);
    rmSync(this.folder, { recursive: true, force: true });
  }

  /** `outside`: in the network that the test was begun in. */
  shell(script, { outside = false } = {}) {
    const place = ['--target', String(this.keeper.pid), '--mount', ...(outside ? [] : ['--net'])];
    return spawn('nsenter', [...place, 'bash', '-euo', 'pipefail', '-c', `. '${this.state}'\n${script}`], {
      env: this.env,
      cwd: '/',
      detached: true,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
  }
}

async function until(child, word) {
  const said = collect(child);
  const end = ended(child);
  for (let over = false; !said().includes(word) && !over; ) {
    over = await Promise.race([end.then(() => true), moment(20).then(() => false)]);
  }
  return said();
}

/** `said` is all of it, `printed` what a program behind a pipe would get. */
async function finished(child, seconds) {
  const said = collect(child);
  const printed = collect(child, [child.stdout]);
  const end = ended(child);
  const status = await Promise.race([end, limit(seconds, 'too long')]);
  if (status === 'too long') {
    signal(child, 'SIGKILL');
    await end;
  }
  const late = status === 'too long' ? `\n(no end within ${seconds} s)` : '';
  return { status, said: said() + late, printed: printed() };
}

function collect(child, streams = [child.stdout, child.stderr]) {
  let text = '';
  for (const stream of streams) stream.on('data', (piece) => (text += piece));
  return () => text;
}

const ends = new WeakMap();
function ended(child) {
  if (!ends.has(child)) {
    ends.set(
      child,
      new Promise((done) => {
        // What it started in the background may hold its output open.
        child.on('exit', (code, by) => setTimeout(() => done(code ?? by), 300));
        child.on('close', (code, by) => done(code ?? by));
        child.on('error', (error) => done(error.message));
      }),
    );
  }
  return ends.get(child);
}

/** To it and to all that it started. */
function signal(child, name) {
  try {
    process.kill(-child.pid, name);
  } catch {
    // It is gone already.
  }
}
