// Closing is not quitting: the server goes on for the agents that use it, and the tray is the way back.

import assert from 'node:assert/strict';
import { afterEach, describe, test } from 'node:test';

import { Desk } from './desk.mjs';
import { until } from './wait.mjs';
import { DrivenWindow } from './webdriver.mjs';

const TITLE = 'Archestra';
const NOTICE = 'Archestra keeps running';

describe('with a tray', { timeout: 300_000 }, () => {
  let desk;
  let driven;

  async function open(options) {
    desk = await Desk.open(options);
    driven = await DrivenWindow.open(desk);
    await driven.entered();
  }
  afterEach(async () => {
    await driven?.close();
    await desk?.close();
  });

  const labels = async () => (await desk.tray({ do: 'menu' })).map((entry) => entry.label);
  const isServing = async () => (await fetch(`${desk.env.ARCHESTRA_API_BASE_URL}/health`)).ok;
  const isVisible = async () => (await driven.run('return document.visibilityState')) === 'visible';
  const windows = (...titles) =>
    until(`windows that can be seen: ${titles.join(', ') || 'none'}`, async () => {
      const seen = await desk.windows();
      return seen.map(({ title }) => title).join() === titles.join();
    });

  test('its menu tells how the server is and what today has cost', async () => {
    await open({ tray: true });
    const api = desk.env.ARCHESTRA_API_BASE_URL;
    await until('the menu is true', async () => (await labels()).includes(`Running on ${api}`));
    const menu = await labels();
    assert.ok(menu.includes('Today: $0.00, 0 calls'), menu.join(' | '));
    assert.ok(menu.includes('Quit Archestra'), menu.join(' | '));
    await desk.tray({ do: 'click', label: 'Anthropic' });
    await until('the URL is in the clipboard', async () => {
      return (await desk.tray({ do: 'clipboard' })) === `${api}/v1/anthropic`;
    });
  });

  test('closing hides the window, says once that the server goes on, and the menu brings it back', async () => {
    await open({ tray: true });
    await windows(TITLE);
    await desk.closeWindow(TITLE);
    await windows(NOTICE);
    assert.ok(await isServing());
    await desk.tray({ do: 'click', label: 'Open Archestra' });
    await windows(TITLE);
    await until('the page is shown again', isVisible);
    await driven.says('Home', 'h1');
    await desk.closeWindow(TITLE);
    await windows();
    assert.ok(driven.isRunning());
    assert.ok(await isServing());
  });

  test('a second start brings the first one’s window back and ends', async () => {
    await open({ tray: true });
    await desk.closeWindow(TITLE);
    await windows(NOTICE);
    const second = await desk.start();
    const code = await new Promise((resolve) => second.once('exit', resolve));
    assert.equal(code, 0);
    await windows(TITLE);
    await until('the page is shown again', isVisible);
  });

  test('coming back signs in again after the session has ended', async () => {
    await open({ tray: true });
    await driven.run('return fetch("/api/auth/sign-out", { method: "POST" }).then((answer) => answer.ok)');
    await driven.run('location.assign("/")');
    await until('the sign-in page is shown', async () => new URL(await driven.url()).pathname === '/sign-in');
    await desk.tray({ do: 'click', label: 'Open Archestra' });
    await driven.entered();
  });

  test('its menu quits the program and stops the database', async () => {
    await open({ tray: true });
    await desk.tray({ do: 'click', label: 'Quit Archestra' });
    await driven.ended();
    assert.deepEqual(await desk.databaseProcesses(), []);
  });

  test('closing quits where there is none', async () => {
    await open({ tray: false });
    await windows(TITLE);
    await desk.closeWindow(TITLE);
    await driven.ended();
    assert.deepEqual(await desk.databaseProcesses(), []);
  });
});
