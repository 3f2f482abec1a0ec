/** One provider, one MCP server, one real server, one signed-in state for all specs. */
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { chmod, mkdtemp, open, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startMcpServer } from './mcp-server';
import { saveSignedIn } from './sign-in-state';
import { startProvider } from './provider';

type Stop = () => Promise<void>;

export default async function globalSetup(): Promise<Stop> {
  const own =
    process.env['ARCHESTRA_E2E_URL'] === undefined || process.env['ARCHESTRA_E2E_PROVIDER_PORT'] === undefined;
  const providerPort = own ? await freePort() : Number(process.env['ARCHESTRA_E2E_PROVIDER_PORT']);
  const provider = await startProvider(providerPort);
  const mcpPort = Number(process.env['ARCHESTRA_E2E_MCP_PORT'] ?? (await freePort()));
  process.env['ARCHESTRA_E2E_MCP_PORT'] = String(mcpPort);
  const mcp = await startMcpServer(mcpPort);
  const stopServer = own ? await startServer(providerPort) : async () => {};
  await saveSignedIn();
  return async () => {
    await stopServer();
    provider.closeAllConnections();
    provider.close();
    mcp.closeAllConnections();
    mcp.close();
  };
}

async function startServer(providerPort: number): Promise<Stop> {
  const data = await mkdtemp(join(tmpdir(), 'archestra-e2e-'));
  // As root the server gives its database to an unprivileged user, who must get through.
  await chmod(data, 0o711);
  const ui = `http://localhost:${await freePort()}`;
  const api = `http://localhost:${await freePort()}`;
  const upstream = `http://127.0.0.1:${providerPort}`;
  const log = await open(join(data, 'server.log'), 'w');
  const server = spawn(binary(), ['serve', '--data-dir', join(data, 'data')], {
    stdio: ['ignore', log.fd, log.fd],
    env: {
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
    },
  });
  process.env['ARCHESTRA_E2E_URL'] = ui;
  process.env['ARCHESTRA_E2E_API_URL'] = api;
  const ended = new Promise<void>((resolve) => server.once('exit', () => resolve()));
  await Promise.race([
    until(async () => (await fetch(`${ui}/ready`)).ok),
    ended.then(() => {
      throw new Error(`the server ended before it was ready; see ${join(data, 'server.log')}`);
    }),
  ]);
  return async () => {
    server.kill('SIGTERM');
    await ended;
    await log.close();
    await rm(data, { recursive: true, force: true });
  };
}

function binary(): string {
  const target = process.env['CARGO_TARGET_DIR'] ?? join(process.cwd(), '../target');
  const path = process.env['ARCHESTRA_E2E_BINARY'] ?? join(target, 'debug/archestra');
  if (!existsSync(path)) throw new Error(`no server at ${path}: build it, or name it in ARCHESTRA_E2E_BINARY`);
  return path;
}

async function until(condition: () => Promise<boolean>): Promise<void> {
  const end = Date.now() + 60_000;
  while (Date.now() < end) {
    if (await condition().catch(() => false)) return;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  throw new Error('the server did not become ready within 60 s');
}

function freePort(): Promise<number> {
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
