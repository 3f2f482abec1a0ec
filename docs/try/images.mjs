// The images that the pages name: ours around the program under test, and others' from Debian's packages, since no
// registry is needed here. The machine's engine, which has a network, makes them; a page's own engine gets copies.
import { spawnSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const here = dirname(fileURLToPath(import.meta.url));
const base = 'archestra-local/debian:trixie';
/** As the machine's engine knows it → as the pages name it. */
const names = {
  'archestra/platform:docs': ['archestra/platform:latest', 'archestra/platform:local'],
  'archestra/platform:docs-slim': ['archestra/platform:latest-slim', 'archestra/platform:local-slim'],
  'archestra-local/docs-postgres:17': ['postgres:17'],
  'archestra-local/docs-haproxy:3.0': ['haproxy:3.0-alpine'],
  [base]: [],
};

/** Begins an engine where none runs. It goes on afterwards, as in the other suites. */
export function requireEngine() {
  if (succeeds('docker', ['version'])) return;
  if (!succeeds('dockerd', ['--version'])) throw new Error('no container engine runs here, and dockerd is not installed');
  spawnSync('setsid', ['--fork', 'dockerd'], { stdio: 'ignore' });
  const begun = Date.now();
  while (!succeeds('docker', ['version'])) {
    if (Date.now() - begun > 40_000) throw new Error('dockerd was started and does not answer; run it to see why');
    spawnSync('sleep', ['0.2']);
  }
}

/** Makes what is missing, and returns what `packaging/docker/build-local` said. */
export function make(root, program) {
  const docker = builder();
  const built = must(join(root, 'packaging/docker/build-local'), [program, 'docs'], { env: { ...process.env, DOCKER: docker } });
  if (!isRelease(program)) addPages(root, docker);
  for (const target of ['postgres:17', 'haproxy:3.0', 'compose:2']) {
    const options = ['--target', target.split(':')[0], '--build-arg', `DEBIAN_IMAGE=${base}`];
    must(docker, ['build', ...options, '--tag', `archestra-local/docs-${target}`, join(here, 'images')], {
      env: { ...process.env, DOCKER_BUILDKIT: '1' },
    });
  }
  return built;
}

/** Cargo's debug profile is three times the size, and reads the UI from where it was built. */
export function isRelease(program) {
  return statSync(program).size < 120e6;
}

function addPages(root, docker) {
  // The path leads over the folder of the crate that embeds them.
  const lines = ['ARG FROM', 'FROM $FROM', `COPY . ${root}/ui/dist`, `COPY index.html ${root}/server/app/`];
  for (const image of ['archestra/platform:docs', 'archestra/platform:docs-slim']) {
    must(docker, ['build', '--file', '-', '--build-arg', `FROM=${image}`, '--tag', image, join(root, 'ui/dist')], {
      input: lines.join('\n'),
      env: { ...process.env, DOCKER_BUILDKIT: '1' },
    });
  }
}

/** Docker's own plug-in, which Debian has since trixie. */
export function composePlugin(target) {
  const file = join(target, 'docs/docker-compose');
  if (existsSync(file)) return file;
  mkdirSync(dirname(file), { recursive: true });
  const container = must('docker', ['create', 'archestra-local/docs-compose:2', 'none']).trim();
  must('docker', ['cp', '--follow-link', `${container}:/docker-compose`, file]);
  must('docker', ['rm', container]);
  chmodSync(file, 0o755);
  return file;
}

export async function copyInto(stage) {
  const all = Object.keys(names).join(' ');
  // The shell that reads is in the page's own place; the one that writes is not.
  const copied = spawnSync(
    'bash',
    ['-euo', 'pipefail', '-c', `docker save ${all} | nsenter --target ${stage.keeper.pid} --mount --net docker load --quiet`],
    { encoding: 'utf8' },
  );
  if (copied.status !== 0) throw new Error(`the images were not copied: ${copied.stderr}`);
  for (const [from, pages] of Object.entries(names)) {
    for (const name of pages) await stage.says(`docker tag ${from} ${name}`);
  }
}

export function forget() {
  spawnSync('docker', ['image', 'rm', 'archestra/platform:docs', 'archestra/platform:docs-slim']);
}

/** A client whose `docker build` is BuildKit's: an old one, or one with its plug-in. */
function builder() {
  const isOne = (docker) => {
    const major = Number(output(docker, ['version', '--format', '{{.Client.Version}}']).split('.')[0]);
    return major > 0 && (major < 23 || succeeds(docker, ['buildx', 'version']));
  };
  const found = [process.env.DOCKER, 'docker', '/usr/bin/docker'].find((docker) => docker && isOne(docker));
  if (!found) throw new Error("this Docker can't build: install its buildx plug-in (Debian: docker-buildx)");
  return found;
}

function succeeds(program, words) {
  return spawnSync(program, words, { stdio: 'ignore' }).status === 0;
}

function output(program, words) {
  return spawnSync(program, words, { encoding: 'utf8' }).stdout ?? '';
}

function must(program, words, options = {}) {
  const { status, stdout, stderr, error } = spawnSync(program, words, { encoding: 'utf8', maxBuffer: 1 << 28, ...options });
  if (status !== 0) throw new Error(`${program} ${words.join(' ')}: ${error?.message ?? `${stdout}${stderr}`.slice(-4000)}`);
  return stdout;
}
