/** A real Vault in memory (OpenBao, which speaks Vault's API), where one is installed. */
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { freePort, until, type Stop } from './server';

const TOKEN = 'root-of-the-tests';

export type Vault = {
  address: string;
  token: string;
  write: (path: string, data: unknown) => Promise<void>;
  stop: Stop;
};

/** `ARCHESTRA_E2E_VAULT` names the program; else `bao` or `vault` from the path; null where there is none. */
export function vaultProgram(): string | null {
  const named = process.env['ARCHESTRA_E2E_VAULT'];
  if (named !== undefined) return named;
  const folders = (process.env['PATH'] ?? '').split(delimiter);
  const programs = folders.flatMap((folder) => ['bao', 'vault'].map((name) => join(folder, name)));
  return programs.find((program) => existsSync(program)) ?? null;
}

export async function startVault(program: string): Promise<Vault> {
  const port = await freePort();
  const address = `http://127.0.0.1:${port}`;
  const args = ['server', '-dev', '-dev-no-store-token', `-dev-root-token-id=${TOKEN}`];
  const vault = spawn(program, [...args, `-dev-listen-address=127.0.0.1:${port}`], { stdio: 'ignore' });
  const ended = new Promise<void>((resolve) => vault.once('exit', () => resolve()));
  await until(async () => (await fetch(`${address}/v1/sys/health`)).ok);
  return {
    address,
    token: TOKEN,
    write: async (path, data) => {
      const headers = { 'x-vault-token': TOKEN, 'content-type': 'application/json' };
      const answer = await fetch(`${address}/v1/${path}`, { method: 'POST', headers, body: JSON.stringify({ data }) });
      if (!answer.ok) throw new Error(`writing ${path} failed: ${answer.status} ${await answer.text()}`);
    },
    stop: async () => {
      vault.kill('SIGTERM');
      await ended;
    },
  };
}
