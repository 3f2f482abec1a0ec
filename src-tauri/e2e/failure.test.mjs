// Starts that can't succeed, or not as usual, are explained in the window.

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { rm, writeFile } from 'node:fs/promises';
import { afterEach, describe, test } from 'node:test';

import { Desk, PROGRAM, listen } from './desk.mjs';
import { until } from './wait.mjs';
import { DrivenWindow } from './webdriver.mjs';

describe('a start that fails', { timeout: 300_000 }, () => {
  const opened = [];

  async function open(options) {
    const desk = await Desk.open(options);
    opened.unshift(desk);
    return desk;
  }
  async function drive(desk) {
    const driven = await DrivenWindow.open(desk);
    opened.unshift(driven);
    return driven;
  }
  afterEach(async () => {
    for (const thing of opened.splice(0)) await thing.close();
  });

  for (const theme of ['light', 'dark']) {
    test(`shows its cause and what to do, in ${theme} colours`, async () => {
      const variables = theme === 'dark' ? { GTK_THEME: 'Adwaita:dark' } : {};
      const desk = await open({ variables });
      await writeFile(desk.data, 'a file where a folder should be');
      const driven = await drive(desk);
      await driven.says('There is no place for your data', 'h1');
      assert.match(await driven.text('#text'), /File exists/);
      assert.ok((await driven.text('#fix')).includes('ARCHESTRA_DATA_DIR'));
      const isDark = await driven.run('return matchMedia("(prefers-color-scheme: dark)").matches');
      assert.equal(isDark, theme === 'dark');
      await driven.picture(`failure-${theme}`);
    });
  }

  test('goes on with “Try again” once the cause is gone', async () => {
    const desk = await open();
    await writeFile(desk.data, 'a file where a folder should be');
    const driven = await drive(desk);
    await driven.says('There is no place for your data', 'h1');
    await rm(desk.data);
    await driven.click('#buttons button:first-child');
    await driven.entered();
  });

  test('ends the program with “Quit”', async () => {
    const desk = await open({ variables: { ARCHESTRA_METRICS_PORT: 'many' } });
    const driven = await drive(desk);
    await driven.says('A setting can’t be used', 'h1');
    assert.match(await driven.text('#text'), /ARCHESTRA_METRICS_PORT/);
    // The program may be gone before the driver has its answer; what counts is that it ends.
    await driven.click('#buttons button:last-child').catch(() => {});
    await driven.ended();
  });

  test('says which process holds the data', async () => {
    const first = await open();
    const holder = await first.start();
    await until('the first one runs', async () => {
      const answer = await fetch(`${first.env.ARCHESTRA_API_BASE_URL}/ready`);
      return answer.ok;
    });
    // On a session bus of its own, where the first one can't be told to come forward.
    const second = await open({ variables: { ARCHESTRA_DATA_DIR: first.data } });
    const driven = await drive(second);
    await driven.says('Archestra is already running', 'h1');
    assert.ok((await driven.text('#text')).includes(`process ${holder.pid}`));
    await driven.picture('already-running');
  });

  test('takes other ports when the usual ones are taken, and says so once', async () => {
    const usual = {
      ARCHESTRA_API_BASE_URL: undefined,
      ARCHESTRA_FRONTEND_URL: undefined,
      ARCHESTRA_METRICS_PORT: undefined,
    };
    // Taken by us, or already by somebody else: the same to the program.
    const holders = await Promise.all([9000, 3000].map((port) => listen(port).catch(() => null)));
    try {
      const desk = await open({ variables: usual });
      const driven = await drive(desk);
      await driven.says('Archestra has new addresses', 'h1');
      const rows = await driven.text('#rows');
      const port = /Proxy and API\s*localhost:(\d+) \(usually 9000\)/.exec(rows)?.[1];
      assert.ok(port, rows);
      await driven.picture('ports-moved');
      await driven.click('#buttons button:first-child');
      await driven.entered();
      await driven.click('nav a[href="/connect"]');
      await driven.says(`http://localhost:${port}/v1/`);
      const health = await fetch(`http://localhost:${port}/health`);
      assert.equal(health.status, 200);
    } finally {
      for (const holder of holders) holder?.close();
    }
  });

  test('without a screen is explained on the terminal', async () => {
    const desk = await open();
    const env = { ...desk.env, DISPLAY: '' };
    const { status, stderr } = spawnSync(PROGRAM, { env, encoding: 'utf8' });
    assert.equal(status, 1);
    assert.match(stderr, /no screen.*archestra serve/s);
  });
});
