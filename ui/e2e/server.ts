/** The real program on free ports, with a fresh data directory. */
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { chmod, mkdtemp, open, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export type Stop = () => Promise<void>;
export type Started = {
  ui: string;
  api: string;
  stop: Stop;
  /** As after a power cut: it is not told before, and finds its data again. */
  restart: () => Promise<void>;
};

/** A server of its own, with its own database; `settings` are further environment variables. */
export async function startServer(providerPort: number, settings: Record<string, string> = {}): Promise<Started> {
  const data = await mkdtemp(join(tmpdir(), 'archestra-e2e-'));
  // As root the server gives its database to an unprivileged user, who must get through.
  await chmod(data, 0o711);
  const ui = `http://localhost:${await freePort()}`;
  const api = `http://localhost:${await freePort()}`;
  const upstream = `http://127.0.0.1:${providerPort}`;
  const log = await open(join(data, 'server.log'), 'w');
  const env = {
    ...Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith('ARCHESTRA_E2E_'))),
    ARCHESTRA_FRONTEND_URL: ui,
    ARCHESTRA_API_BASE_URL: api,
    // So that a test can come from far away.
    ARCHESTRA_TRUST_PROXY: 'true',
    ARCHESTRA_METRICS_PORT: String(await freePort()),
    ARCHESTRA_OPENAI_BASE_URL: `${upstream}/v1`,
    ARCHESTRA_ANTHROPIC_BASE_URL: upstream,
    ARCHESTRA_GEMINI_BASE_URL: upstream,
    // The MCP server of the tests listens on this machine.
    ARCHESTRA_MCP_ALLOWED_NETWORKS: '127.0.0.0/8',
    ...settings,
  };
  async function start() {
    const server = spawn(binary(), ['serve', '--data-dir', join(data, 'data')], {
      stdio: ['ignore', log.fd, log.fd],
      env,
    });
    const ended = new Promise<void>((resolve) => server.once('exit', () => resolve()));
    await Promise.race([
      until(async () => (await fetch(`${ui}/ready`)).ok),
      ended.then(() => {
        throw new Error(`the server ended before it was ready; see ${join(data, 'server.log')}`);
      }),
    ]);
    return { server, ended };
  }
  let running = await start();
  const restart = async () => {
    running.server.kill('SIGKILL');
    await running.ended;
    running = await start();
  };
  const stop = async () => {
    running.server.kill('SIGTERM');
    await running.ended;
    await log.close();
    await rm(data, { recursive: true, force: true });
  };
  return { ui, api, stop, restart };
}

function binary(): string {
  const target = process.env['CARGO_TARGET_DIR'] ?? join(process.cwd(), '../target');
  const path = process.env['ARCHESTRA_E2E_BINARY'] ?? join(target, 'debug/archestra');
  if (!existsSync(path)) throw new Error(`no server at ${path}: build it, or name it in ARCHESTRA_E2E_BINARY`);
  return path;
}

export async function until(condition: () => Promise<boolean>): Promise<void> {
  const end = Date.now() + 60_000;
  while (Date.now() < end) {
    if (await condition().catch(() => false)) return;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  throw new Error('it did not become ready within 60 s');
}

export function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const probe = createServer();
    probe.once('error', reject);
    probe.listen(0, '127.0.0.1', () => {
      const address = probe.address();
      probe.close(() =>
        typeof address === 'object' && address ? resolve(address.port) : reject(new Error('no port')),
      );
    });
  });
}
