// A person opens the program, looks around and leaves.

import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';

import { Desk } from './desk.mjs';
import { until } from './wait.mjs';
import { DrivenWindow } from './webdriver.mjs';

describe('the window', { timeout: 300_000 }, () => {
  let desk;
  let driven;

  before(async () => {
    desk = await Desk.open();
    driven = await DrivenWindow.open(desk);
  });
  after(async () => {
    await driven?.close();
    await desk?.close();
  });

  test('opens signed in on Home, and no password is asked for', async () => {
    await driven.entered();
    const session = await driven.run('return fetch("/api/auth/get-session").then((answer) => answer.json())');
    assert.ok(session?.user?.email, JSON.stringify(session));
    assert.equal(await driven.run('return document.querySelectorAll("input[type=password]").length'), 0);
    await driven.picture('home');
  });

  test('leads to every page of its sidebar', async () => {
    const links = await until('the sidebar is there', async () => {
      const found = await driven.run(
        'return [...document.querySelectorAll("nav a[href^=\'/\']")].map((link) => link.getAttribute("href"))',
      );
      return found.length > 3 ? found : null;
    });
    for (const link of links) {
      await driven.click(`nav a[href="${link}"]`);
      await until(`${link} is open`, async () => new URL(await driven.url()).pathname.startsWith(link));
      const title = await until(`${link} has a title`, async () => (await driven.text('main h1, h1')) || null);
      assert.ok(!/not found|went wrong/i.test(title), `${link}: ${title}`);
    }
  });

  test('tells clients the server’s real address', async () => {
    await driven.click('nav a[href="/connect"]');
    await driven.says(desk.env.ARCHESTRA_API_BASE_URL);
  });

  test('hands links to elsewhere to the browser and stays where it is', async () => {
    const before = await driven.url();
    const link = 'https://example.com/?from=archestra';
    await driven.run('location.assign(arguments[0])', link);
    await until('the browser got it', async () => (await desk.opened()).includes(link));
    // A new window needs a click; a script alone may not open one.
    await driven.run(
      `const made = Object.assign(document.createElement("a"), { href: arguments[0], target: "_blank", id: "made" });
       made.textContent = "elsewhere";
       document.querySelector("main").prepend(made)`,
      `${link}&new`,
    );
    await driven.click('#made');
    await until('the browser got it', async () => (await desk.opened()).includes(`${link}&new`));
    assert.equal(await driven.url(), before);
  });

  test('saves what is exported among the downloads', async () => {
    await driven.click('nav a[href="/logs"]');
    await driven.run(
      `const made = Object.assign(document.createElement("a"), { href: arguments[0], download: "", id: "export" });
       made.textContent = "export";
       document.querySelector("main").prepend(made)`,
      '/api/interactions/export?format=csv',
    );
    await driven.click('#export');
    const name = await until('the file is there', async () => (await desk.downloads())[0]);
    assert.match(name, /\.csv$/);
    assert.equal(new URL(await driven.url()).pathname, '/logs');
    await driven.click('nav a[href="/connect"]');
  });

  test('gives its pages no way into the shell', async () => {
    const answer = await driven.run(
      'return window.__TAURI_INTERNALS__.invoke("plugin:app|version").then(() => "let in", (error) => String(error))',
    );
    assert.match(answer, /not allowed/i);
    await driven.run('location.assign("tauri://localhost/do/quit")');
    await driven.says('Connect', 'h1');
  });

  test('ends everything when it is told to, the database too', async () => {
    assert.ok((await desk.databaseProcesses()).length > 0);
    process.kill(driven.pid, 'SIGTERM');
    await driven.ended();
    assert.deepEqual(await desk.databaseProcesses(), []);
  });
});

test('the window opens again with the size it had', { timeout: 120_000 }, async () => {
  const desk = await Desk.open();
  try {
    const first = await DrivenWindow.open(desk);
    await first.entered();
    await desk.resizeWindow('Archestra', 900, 600);
    const resized = async (driven) => {
      const size = await driven.run('return [innerWidth, innerHeight]');
      return size.join() === '900,600';
    };
    await until('the window has its new size', () => resized(first));
    await first.close();
    const second = await DrivenWindow.open(desk);
    await second.entered();
    await until('the window has the size it had', () => resized(second));
    await second.close();
  } finally {
    await desk.close();
  }
});

test('a page whose process dies is loaded again', { timeout: 120_000 }, async () => {
  const desk = await Desk.open({ variables: { ARCHESTRA_METRICS_SECRET: 'for-this-test' } });
  try {
    const program = await desk.start();
    const page = await until('there is a page', () => desk.pageProcess(program.pid));
    const requests = async () => {
      const headers = { authorization: 'Bearer for-this-test' };
      const answer = await fetch(`${desk.env.ARCHESTRA_API_BASE_URL}/metrics`, { headers });
      const line = /^http_request_duration_seconds_count\{.*"\/api\/home".*\} (\d+)/m;
      return Number(line.exec(await answer.text())?.[1] ?? 0);
    };
    await until('Home is shown', async () => (await requests()) > 0);
    const before = await requests();
    process.kill(page, 'SIGKILL');
    await until('there is another', async () => {
      const other = await desk.pageProcess(program.pid);
      return other !== null && other !== page;
    });
    await until('Home is shown again', async () => (await requests()) > before);
  } finally {
    await desk.close();
  }
});

test('a killed program leaves no database behind', { timeout: 120_000 }, async () => {
  const desk = await Desk.open();
  try {
    const program = await desk.start();
    await until('the server is ready', async () => (await fetch(`${desk.env.ARCHESTRA_API_BASE_URL}/ready`)).ok);
    assert.ok((await desk.databaseProcesses()).length > 0);
    program.kill('SIGKILL');
    await until('the database is gone', async () => (await desk.databaseProcesses()).length === 0);
  } finally {
    await desk.close();
  }
});
