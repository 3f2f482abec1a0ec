// Clean Debians with a systemd of their own, for the commands of packages, one after the other.
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

import { requireEngine } from './images.mjs';
import { expect } from './ways.mjs';

const boot = fileURLToPath(new URL('../../packaging/linux/machine', import.meta.url));
const name = `archestra-docs-${process.pid}`;
// Nobody sits there to say yes.
const likeDebian = `apt-get update --quiet --quiet && echo 'APT::Get::Assume-Yes "true";' >/etc/apt/apt.conf.d/yes`;
/** Debian has dnf; what its own packages bring is said to dnf by a package that brings nothing. */
const likeFedora = `${likeDebian}
apt-get install --quiet --quiet --no-install-recommends dnf rpm ca-certificates
echo assumeyes=true >>/etc/dnf/dnf.conf
cat >fake-fedora.spec <<'END'
Name: fake-fedora
Version: 1
Release: 1
Summary: What this Debian has, by the names that Fedora has for it
License: Apache-2.0
BuildArch: noarch
Provides: /bin/sh, ca-certificates, systemd, libc.so.6(GLIBC_2.34)(64bit), libgcc_s.so.1()(64bit)
%description
Nothing.
%files
END
rpmbuild -bb --quiet fake-fedora.spec
rpm --install --nodeps ~/rpmbuild/RPMS/noarch/fake-fedora-1-1.noarch.rpm`;
const moment = (milliseconds) => new Promise((done) => setTimeout(done, milliseconds));

export class Machines {
  constructor(folder) {
    if (!folder || !existsSync(folder)) throw new Error('--packages needs the folder that they lie in');
    this.folder = resolve(folder);
  }

  has(file) {
    return readdirSync(this.folder).includes(file);
  }

  /** Another clean one, for packages of `apt-get` or of `dnf`. */
  async fresh(manager) {
    this.end();
    requireEngine();
    must(boot, [name, this.folder]);
    this.current = new Machine();
    await this.current.within(30, 'systemctl is-system-running | grep --extended-regexp "running|degraded"');
    this.current.says(manager === 'dnf' ? likeFedora : likeDebian, '/root');
    return this.current;
  }

  end() {
    if (this.current) must('docker', ['rm', '--force', '--volumes', name]);
    this.current = undefined;
  }
}

class Machine {
  says(command, folder = '/packages') {
    return must('docker', ['exec', '--workdir', folder, '--env', 'DEBIAN_FRONTEND=noninteractive', name, 'sh', '-ec', command]);
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
