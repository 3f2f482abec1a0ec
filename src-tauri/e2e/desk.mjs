// A desk of its own for a window under test: a screen, a session bus, a window manager and, if wanted, a tray.

import { execFile, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { chmod, mkdir, mkdtemp, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

import { until } from './wait.mjs';

const run = promisify(execFile);

export const PROGRAM = required('ARCHESTRA_DESKTOP_BINARY');

export class Desk {
  #processes = [];
  #trayAnswers = [];

  /** `variables` are for the program; by default it gets free ports and an empty data directory. */
  static async open({ tray = false, variables = {} } = {}) {
    const desk = new Desk();
    desk.folder = await mkdtemp(join(tmpdir(), 'archestra-desktop-'));
    // Started by root, the database runs as another user, who must be able to get in.
    await chmod(desk.folder, 0o755);
    desk.data = join(desk.folder, 'data');
    desk.env = { ...process.env, ...desk.#places(), ...(await freePorts()), ...variables };
    for (const name of Object.keys(desk.env)) {
      if (desk.env[name] === undefined || name === 'WAYLAND_DISPLAY') delete desk.env[name];
    }
    try {
      await desk.#furnish();
      await desk.#openScreen();
      await desk.#openBus();
      await desk.#spawn('openbox');
      if (tray) await desk.#openTray();
    } catch (error) {
      await desk.close();
      throw error;
    }
    return desk;
  }

  #places() {
    const place = (name) => join(this.folder, name);
    return {
      ARCHESTRA_DATA_DIR: this.data,
      HOME: place('home'),
      XDG_CONFIG_HOME: place('config'),
      XDG_DATA_HOME: place('share'),
      XDG_CACHE_HOME: place('cache'),
      XDG_RUNTIME_DIR: place('run'),
      PATH: `${place('bin')}:${process.env.PATH}`,
      // The accessibility bus is one more daemon per desk that nobody listens to.
      NO_AT_BRIDGE: '1',
      GTK_A11Y: 'none',
    };
  }

  /** A home, and what a link to elsewhere is handed to there: it writes the link down. */
  async #furnish() {
    for (const name of ['bin', 'config', 'downloads', 'home', 'run']) {
      await mkdir(join(this.folder, name), { mode: 0o700 });
    }
    const downloads = `XDG_DOWNLOAD_DIR="${join(this.folder, 'downloads')}"\n`;
    await writeFile(join(this.folder, 'config/user-dirs.dirs'), downloads);
    const script = `#!/bin/sh\necho "$1" >> "${join(this.folder, 'opened')}"\n`;
    await writeFile(join(this.folder, 'bin/xdg-open'), script, { mode: 0o755 });
  }

  async opened() {
    const file = join(this.folder, 'opened');
    return existsSync(file) ? (await readFile(file, 'utf8')).trim().split('\n') : [];
  }

  downloads() {
    return readdir(join(this.folder, 'downloads'));
  }

  async #openScreen() {
    const options = ['-displayfd', '1', '-screen', '0', '1400x950x24', '-nolisten', 'tcp'];
    const screen = await this.#spawn('Xvfb', options);
    this.env.DISPLAY = `:${await firstLine(screen)}`;
  }

  async #openBus() {
    const bus = await this.#spawn('dbus-daemon', ['--session', '--nofork', '--print-address=1']);
    this.env.DBUS_SESSION_BUS_ADDRESS = await firstLine(bus);
  }

  async #openTray() {
    // The distribution's Python: others come without the bindings.
    this.trayHost = await this.#spawn('/usr/bin/python3', [join(import.meta.dirname, 'tray_host.py')]);
    let text = '';
    this.trayHost.stdout.on('data', (data) => {
      text += data;
      const lines = text.split('\n');
      text = lines.pop();
      for (const line of lines) this.#trayAnswers.shift()?.resolve(JSON.parse(line));
    });
    this.trayHost.once('exit', () => {
      for (const { reject } of this.#trayAnswers) reject(new Error('the tray host has ended'));
    });
    await this.tray({ do: 'ready' });
  }

  /** Asks the tray: `menu`, `click` with `label`, `clipboard`. */
  tray(request) {
    return new Promise((resolve, reject) => {
      this.#trayAnswers.push({ resolve, reject });
      this.trayHost.stdin.write(`${JSON.stringify(request)}\n`);
    });
  }

  async #spawn(program, options = []) {
    const child = spawn(program, options, { env: this.env, stdio: ['pipe', 'pipe', 'ignore'] });
    this.#processes.push(child);
    await new Promise((resolve, reject) => {
      child.once('spawn', resolve);
      child.once('error', reject);
    });
    return child;
  }

  /** Starts the program without a driver. */
  async start() {
    const child = await this.#spawn(PROGRAM);
    child.stdout.resume();
    return child;
  }

  /** The titles of the windows that can be seen. */
  async windows() {
    const { stdout } = await run('wmctrl', ['-l'], { env: this.env });
    const lines = stdout.split('\n').filter(Boolean);
    return lines.map((line) => ({ id: line.split(' ')[0], title: line.split(/\s+/).slice(3).join(' ') }));
  }

  /** As its cross does. */
  async closeWindow(title) {
    await run('wmctrl', ['-F', '-c', title], { env: this.env });
  }

  async resizeWindow(title, width, height) {
    await run('wmctrl', ['-F', '-r', title, '-e', `0,-1,-1,${width},${height}`], { env: this.env });
  }

  /** The process that draws the program's page, or null. */
  async pageProcess(program) {
    const children = await readFile(`/proc/${program}/task/${program}/children`, 'utf8');
    const all = await processes();
    const page = all.find(
      ({ pid, command }) => children.split(' ').includes(String(pid)) && command.includes('WebKitWebProcess'),
    );
    return page?.pid ?? null;
  }

  /** The database's processes, known by their data directory. */
  async databaseProcesses() {
    return (await processes()).filter(({ command }) => command.includes(this.data));
  }

  async close() {
    for (const child of this.#processes.reverse()) {
      if (child.exitCode === null && child.signalCode === null) {
        const ended = new Promise((resolve) => child.once('exit', resolve));
        child.kill('SIGTERM');
        await ended;
      }
    }
    await until('the database ends', async () => (await this.databaseProcesses()).length === 0);
    // The web view's own processes may still be writing their caches.
    await rm(this.folder, { recursive: true, force: true, maxRetries: 50, retryDelay: 100 });
  }
}

/** Every process whose command line can be read. */
export async function processes() {
  const found = [];
  for (const name of await readdir('/proc')) {
    if (!/^\d+$/.test(name)) continue;
    const command = await readFile(`/proc/${name}/cmdline`, 'utf8').catch(() => '');
    if (command) found.push({ pid: Number(name), command: command.replaceAll('\0', ' ') });
  }
  return found;
}

async function freePorts() {
  const servers = await Promise.all([0, 1, 2].map(() => listen(0)));
  const ports = servers.map((server) => server.address().port);
  for (const server of servers) server.close();
  return {
    ARCHESTRA_API_BASE_URL: `http://localhost:${ports[0]}`,
    ARCHESTRA_FRONTEND_URL: `http://localhost:${ports[1]}`,
    ARCHESTRA_METRICS_PORT: String(ports[2]),
  };
}

/** Holds a port. Whoever connects is turned away, or the test would wait for them to leave. */
export function listen(port) {
  return new Promise((resolve, reject) => {
    const server = createServer((socket) => socket.destroy());
    server.once('error', reject);
    server.listen(port, '127.0.0.1', () => resolve(server));
  });
}

function firstLine(child) {
  return new Promise((resolve, reject) => {
    let text = '';
    child.once('exit', () => reject(new Error(`${child.spawnfile} ended before it was ready`)));
    child.stdout.on('data', (data) => {
      text += data;
      if (text.includes('\n')) resolve(text.split('\n')[0]);
    });
  });
}

function required(name) {
  const value = process.env[name];
  if (!value) throw new Error(`${name} is not set: run this with \`cargo xtask test desktop\``);
  return value;
}
