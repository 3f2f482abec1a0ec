// Arize Phoenix: a collector that takes OTLP over HTTP, and answers which spans it has.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';

import { freePort } from '../clients/stack.mjs';

const patience = 120_000;

export async function startCollector(scratch, port) {
  port ??= await freePort();
  const env = {
    PATH: process.env.PATH,
    HOME: scratch,
    PHOENIX_WORKING_DIR: join(scratch, 'phoenix'),
    PHOENIX_HOST: '127.0.0.1',
    PHOENIX_PORT: String(port),
    PHOENIX_GRPC_PORT: String(await freePort()),
    PHOENIX_TELEMETRY_ENABLED: 'false',
  };
  const child = spawn(process.env.ARCHESTRA_OPERATE_PYTHON, ['-m', 'phoenix.server.main', 'serve'], { env, stdio: ['ignore', 'ignore', 'pipe'] });
  let said = '';
  child.stderr.on('data', (piece) => (said = (said + piece).slice(-3000)));
  const url = `http://127.0.0.1:${port}`;
  const deadline = Date.now() + patience;
  while (!(await fetch(`${url}/healthz`).catch(() => undefined))?.ok) {
    if (child.exitCode !== null || Date.now() > deadline) throw new Error(`the collector did not start:\n${said}`);
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
  return {
    url,
    port,
    spans: (traceId) => spans(url, traceId),
    async stop() {
      child.kill('SIGTERM');
      const hard = setTimeout(() => child.kill('SIGKILL'), 10_000);
      if (child.exitCode === null) await once(child, 'exit');
      clearTimeout(hard);
    },
  };
}

async function spans(url, traceId) {
  const found = [];
  let cursor = '';
  do {
    const response = await fetch(`${url}/v1/projects/default/spans?limit=1000${cursor && `&cursor=${encodeURIComponent(cursor)}`}`);
    // No span has come yet.
    if (response.status === 404) return [];
    if (!response.ok) throw new Error(`the collector answers ${response.status}: ${await response.text()}`);
    const page = await response.json();
    found.push(...page.data);
    cursor = page.next_cursor;
  } while (cursor);
  return found.filter((span) => !traceId || span.context.trace_id === traceId);
}
