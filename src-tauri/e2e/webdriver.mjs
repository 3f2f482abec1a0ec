// The window, driven through WebKit's own driver, by its plain HTTP protocol (https://www.w3.org/TR/webdriver2/).

import { spawn } from 'node:child_process';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { PROGRAM, listen } from './desk.mjs';
import { until } from './wait.mjs';

const ELEMENT = 'element-6066-11e4-a52e-4f735466cecf';

export class DrivenWindow {
  #session;

  static async open(desk) {
    const driven = new DrivenWindow();
    const reserved = await listen(0);
    const { port } = reserved.address();
    await new Promise((resolve) => reserved.close(resolve));
    const log = [];
    driven.driver = spawn('WebKitWebDriver', [`--port=${port}`, '--host=127.0.0.1'], {
      env: { ...desk.env, TAURI_WEBVIEW_AUTOMATION: 'true' },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    driven.driver.stdout.on('data', (data) => log.push(data));
    driven.driver.stderr.on('data', (data) => log.push(data));
    driven.log = () => Buffer.concat(log).toString();
    driven.base = `http://127.0.0.1:${port}`;
    try {
      await until('the driver listens', () => driven.#call('GET', '/status'));
      const options = { 'webkitgtk:browserOptions': { binary: PROGRAM, args: [] } };
      const session = await driven.#call('POST', '/session', { capabilities: { alwaysMatch: options } });
      driven.#session = `/session/${session.sessionId}`;
      driven.pid = await driven.#programId();
    } catch (error) {
      const pid = await driven.#programId().catch(() => 0);
      if (pid) process.kill(pid, 'SIGTERM');
      driven.driver.kill('SIGTERM');
      throw new Error(`no window to drive; the driver said: ${driven.log()}`, { cause: error });
    }
    return driven;
  }

  async #call(method, path, body) {
    const response = await fetch(this.base + path, {
      method,
      body: body === undefined ? undefined : JSON.stringify(body),
    });
    const { value } = await response.json();
    if (!response.ok) throw new Error(`${path}: ${value.error}: ${value.message}`);
    return value;
  }

  async #programId() {
    const driver = this.driver.pid;
    const children = await readFile(`/proc/${driver}/task/${driver}/children`, 'utf8');
    return Number(children.trim().split(' ')[0]);
  }

  url() {
    return this.#call('GET', `${this.#session}/url`);
  }

  async find(selector) {
    const found = await this.#call('POST', `${this.#session}/element`, {
      using: 'css selector',
      value: selector,
    });
    return found[ELEMENT];
  }

  async click(selector) {
    const element = await until(`${selector} is there`, () => this.find(selector));
    await this.#call('POST', `${this.#session}/element/${element}/click`, {});
  }

  async text(selector = 'body') {
    const element = await this.find(selector);
    return this.#call('GET', `${this.#session}/element/${element}/text`);
  }

  /** Waits until the element's text has this in it. */
  async says(words, selector = 'body') {
    let last = '';
    return until(`"${words}" is shown`, async () => {
      last = await this.text(selector);
      return last.includes(words) ? last : null;
    }).catch((error) => {
      throw new Error(`${error.message}; instead:\n${last}`, { cause: error.cause });
    });
  }

  /** Runs a function body in the page; it may return a promise. */
  run(script, ...args) {
    return this.#call('POST', `${this.#session}/execute/sync`, { script, args });
  }

  /** Waits until the window shows the server's pages. */
  async entered() {
    await until('the window shows the server’s pages', async () =>
      (await this.url()).startsWith('http://localhost:'),
    );
    await this.says('Home', 'h1').catch(async (error) => {
      const page = await this.run('return document.documentElement.outerHTML').catch(String);
      throw new Error(`${error.message}\nat ${await this.url()}:\n${page.slice(0, 4000)}`);
    });
  }

  /** For a person to look at; kept only where ARCHESTRA_E2E_PICTURES says. */
  async picture(name) {
    const folder = process.env.ARCHESTRA_E2E_PICTURES;
    if (!folder) return;
    await mkdir(folder, { recursive: true });
    const png = await this.#call('GET', `${this.#session}/screenshot`);
    await writeFile(join(folder, `${name}.png`), Buffer.from(png, 'base64'));
  }

  /** Ends the program as a service manager would, and the driver. */
  async close() {
    if (this.isRunning()) process.kill(this.pid, 'SIGTERM');
    await this.ended();
    this.driver.kill('SIGTERM');
  }

  isRunning() {
    try {
      process.kill(this.pid, 0);
      return true;
    } catch {
      return false;
    }
  }

  async ended() {
    await until('the program ends', async () => {
      const state = await readFile(`/proc/${this.pid}/stat`, 'utf8').catch(() => '');
      // A zombie has ended; its parent, the driver, may not have noticed.
      return state === '' || state.split(') ')[1]?.startsWith('Z');
    });
  }
}
