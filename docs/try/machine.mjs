// A clean Debian with a systemd of its own, for the commands of packages: a page's own, booted by its first command.
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

import { requireEngine } from './images.mjs';
import { expect } from './ways.mjs';

const boot = fileURLToPath(new URL('../../packaging/linux/machine', import.meta.url));
const name = `archestra-docs-${process.pid}`;
const moment = (milliseconds) => new Promise((done) => setTimeout(done, milliseconds));

export class Machines {
  constructor(folder) {
    if (!folder || !existsSync(folder)) throw new Error('--packages needs the folder that they lie in');
    this.folder = resolve(folder);
  }

  has(file) {
    return readdirSync(this.folder).includes(file);
  }

  async one() {
    if (this.machine) return this.machine;
    requireEngine();
    must(boot, [name, this.folder]);
    this.machine = new Machine();
    await this.machine.within(30, 'systemctl is-system-running | grep --extended-regexp "running|degraded"');
    // Nobody sits there to say yes.
    this.machine.says(`apt-get update --quiet --quiet && echo 'APT::Get::Assume-Yes "true";' >/etc/apt/apt.conf.d/yes`);
    return this.machine;
  }

  end() {
    if (this.machine) must('docker', ['rm', '--force', '--volumes', name]);
    this.machine = undefined;
  }
}

class Machine {
  says(command) {
    return must('docker', ['exec', '--workdir', '/packages', '--env', 'DEBIAN_FRONTEND=noninteractive', name, 'sh', '-c', command]);
  }

  async within(seconds, command) {
    const begun = Date.now();
    while (spawnSync('docker', ['exec', name, 'sh', '-c', command]).status !== 0) {
      expect(Date.now() - begun < seconds * 1000, `not within ${seconds} s: ${command}`);
      await moment(200);
    }
    return Date.now() - begun;
  }

  async answers() {
    const took = await this.within(60, 'systemctl --quiet is-active archestra && archestra healthy');
    return `the service answers (${(took / 1000).toFixed(1)} s)`;
  }
}

function must(program, words) {
  const { status, stdout, stderr, error } = spawnSync(program, words, { encoding: 'utf8', maxBuffer: 1 << 26 });
  expect(status === 0, `${program} ${words.join(' ')}: ${error?.message ?? `${stdout}${stderr}`.slice(-4000)}`);
  return `${stdout}${stderr}`;
}
