// How each command of the pages is run, and what has to hold afterwards. What begins like none of these fails: a command
// comes into the documentation together with a way to try it.
import { chart, has, render, templated } from './charts.mjs';

/** What stands in a page → what is run for it. */
export const substitutions = [
  {
    from: 'oci://europe-west1-docker.pkg.dev/friendly-path-465518-r6/archestra-public/helm-charts/archestra-platform',
    to: () => chart,
    why: 'the chart as it lies here: no registry is reached',
  },
  {
    from: 'user:password@host:5432',
    to: async (page, text) => (isOnlyRendered(page, text) ? 'user:password@host:5432' : `user:password@${await page.database()}:5432`),
    why: 'a PostgreSQL that this page gets',
  },
  { from: 'sudo ', to: () => '', why: 'the test is root' },
];

export async function substituted(page, text) {
  let changed = text;
  for (const { from, to } of substitutions) {
    if (changed.includes(from)) changed = changed.replaceAll(from, await to(page, text));
  }
  return changed;
}

/** Nothing connects to what is in a template. */
function isOnlyRendered(page, text) {
  return !page.cluster && /^(helm|archestra:|postgresql:)/m.test(text);
}

const ways = [
  [/^cargo xtask test$/, () => ({ instead: 'this suite is a part of it' })],
  [/^cargo xtask run$/, builtAndRun],
  [/^docker pull /, pulled],
  [/^docker run /, containerRuns],
  [/^docker compose .*\bup\b/, composed],
  [/^docker (compose|exec|cp|stop|start|rm|logs|volume) /, runs],
  [/^packaging\/docker\/build-local /, (page) => ({ instead: page.built() })],
  [/^packaging\/docker\/try$/, imageIsTried],
  [/^helm (upgrade|install|template) /, chartIsRendered],
  [/^helm (rollback|uninstall|history|status) /, (page, command) => inCluster(page, command, () => 'nothing')],
  [/^kubectl .*\bport-forward\b/, forwarded],
  [/^kubectl .*\bexec\b/, executed],
  [/^cargo xtask dist desktop$/, () => ({ missing: 'half an hour', instead: 'the suite desktop drives the window' })],
  [/^(apt-get|dnf) install \.\//, packaged],
  [/^(systemctl|journalctl) .*\barchestra$/, underSystemd],
  [/^(ARCHESTRA_\w+=\S+ )*archestra serve( --data-dir \S+)?$/, serverRuns],
  [/^archestra doctor$/, diagnosed],
  [/^archestra \w/, runs],
  [/^(export|install|curl|openssl|mkdir|cp|tar|ls) /, runs],
];

/** Beyond an end without an error. */
const promises = [
  [/\bbackup create$/, (page, printed) => expect(/\/backups\/\S+$/m.test(printed), 'it prints where the backup is')],
  [/\bbackup verify /, (page, printed) => expect(/is whole/.test(printed), 'it says that the backup is whole')],
  [/\bsupport-bundle --output /, (page) => holds(page, 'tar --list --gzip --file /srv/support.tar.gz | grep .')],
  [/^docker cp .* \.\/archestra-backups$/, (page) => holds(page, 'ls archestra-backups/* | grep .')],
  [/^curl .*\/ready$/, (page, printed) => expect(JSON.parse(printed).status === 'ok', 'it says that it is ready')],
  [/^curl .*\/metrics$/, (page, printed) => expect(/^# TYPE process_cpu_seconds/m.test(printed), 'it has metrics')],
];

export async function tried(page, command) {
  const plain = command.plain.replace(/^sudo /, '');
  const [, way] = ways.find(([begins]) => begins.test(plain)) ?? [];
  if (!way) throw new Error('no way to try this is known: add one to docs/try/ways.mjs');
  if (/(^|\s)docker\s|^packaging\/docker\//.test(plain)) await page.engine();
  return way(page, { plain, text: await substituted(page, command.text) });
}

async function runs(page, command) {
  const { status, said, printed } = await page.stage.run(command.text);
  expect(status === 0, `it ended with ${status}:\n${said}`);
  for (const [is, promise] of promises) {
    if (is.test(command.plain)) await promise(page, printed.trim());
  }
  return {};
}

/** Goes on in the background; a later command that needs its ports stops it. */
async function serves(page, command, ports, seconds) {
  await freed(page, Object.values(ports));
  const server = page.stage.serve(command.text, Object.values(ports));
  return answered(page, ports, seconds, () => server.said());
}

/** cargo builds one crate with other features than the whole workspace, so most of it would be compiled once more. */
async function builtAndRun(page, command) {
  const ports = { api: 9000, ui: 3000 };
  if (page.builds) return serves(page, command, ports, 1800);
  const { note } = await serves(page, { text: 'archestra serve' }, ports, 60);
  return { missing: 'time for another build (--build)', instead: `the program that was built before: ${note}` };
}

async function serverRuns(page, command) {
  const port = (name, usual) => Number(new RegExp(`${name}=\\S+:(\\d+)`).exec(command.plain)?.[1] ?? usual);
  const ports = { api: port('ARCHESTRA_API_BASE_URL', 9000), ui: port('ARCHESTRA_FRONTEND_URL', 3000) };
  return serves(page, command, ports, 60);
}

async function containerRuns(page, command) {
  const published = [...command.plain.matchAll(/(?:-p|--publish) (?:[\d.]+:)?(\d+):(\d+)/g)];
  const port = (inside) => published.find(([, , other]) => other === inside)?.[1];
  const ports = { api: port('9000'), ui: port('3000') };
  expect(ports.api && ports.ui, 'a container of the documentation publishes its API and its UI');
  if (!/ (--detach|-d) /.test(command.plain)) return serves(page, command, ports, 60);
  await freed(page, Object.values(ports));
  await runs(page, command);
  return answered(page, ports, 120, () => 'docker logs says why');
}

async function composed(page, command) {
  await freed(page, [9000, 3000]);
  await runs(page, command);
  return answered(page, { api: 9000, ui: 3000 }, 120, () => 'docker compose logs says why');
}

async function answered(page, { api, ui }, seconds, said) {
  // A debug program reads its pages from the checkout, which the /tmp of a container hides.
  const hidden = !page.isRelease && page.stage.root.startsWith('/tmp/');
  const shown = hidden ? '<title>Archestra\\|has not been built into this program' : '<title>Archestra';
  const both = `curl --silent --fail --max-time 2 http://127.0.0.1:${api}/ready &&
    curl --silent --max-time 2 http://127.0.0.1:${ui}/ | grep '${shown}'`;
  const took = await page.stage.within(seconds, both);
  expect(took !== undefined, `UI and API do not answer within ${seconds} s: ${said()}`);
  return { note: `UI and API answer (${(took / 1000).toFixed(1)} s)` };
}

/** Readers choose one of a page's ways to run the program; the test goes through all of them. */
async function freed(page, ports) {
  for (const server of page.stage.servers.filter((server) => server.ports.some((port) => ports.includes(port)))) {
    await stopped(page, server);
  }
  if (!page.stage.dockerd) return;
  for (const port of ports) {
    await page.stage.says(`docker ps --quiet --filter publish=${port} | xargs --no-run-if-empty docker stop --time 30`);
  }
}

async function stopped(page, server) {
  const code = await page.stage.stop(server);
  expect(code === 0, `what a command before had started ended with ${code}: ${server.said().slice(-2000)}`);
}

/** It fails where it found a fault, and a page's place has one: no network. */
async function diagnosed(page, command) {
  const { status, printed } = await page.stage.run(`${command.text.trim()} || [ $? = 1 ]`);
  expect(status === 0 && /^(ok|WARN) +configuration /m.test(printed), printed);
  return { note: `${printed.match(/^ok /gm).length} findings are good` };
}

/** Which program lives through a package's whole life, where there is one. */
const packages = [
  [/\/archestra-desktop_[\d.]+_amd64\.deb$/, 'packaging/desktop/try-deb'],
  [/\/archestra[_-][\d.]+-1[._](amd64\.deb|x86_64\.rpm)$/, 'packaging/linux/try'],
];

async function packaged(page, { plain, text }) {
  const [, trial] = packages.find(([file]) => file.test(plain)) ?? [];
  expect(trial, 'no package is called so');
  const [manager, file] = [plain.split(' ')[0], plain.split('/').at(-1)];
  if (!page.machines?.has(file)) {
    await holds(page, `test -x ${trial}`);
    return { missing: 'packages (--packages)', instead: `${trial} installs it, uses it and removes it` };
  }
  const machine = await page.machines.fresh(manager);
  machine.says(text);
  const [program] = file.split(/[_-]\d/);
  machine.says(`test -x /usr/bin/${program}`);
  return { note: file.startsWith('archestra_') ? await machine.answers() : 'installed' };
}

async function underSystemd(page, { plain, text }) {
  if (!page.machines) {
    await holds(page, 'test -s packaging/linux/archestra.service');
    return { missing: 'systemd (--packages)', instead: 'there is a unit of this name' };
  }
  const machine = page.machines.current;
  const printed = machine.says(text);
  if (plain.startsWith('journalctl')) expect(/Archestra/i.test(printed), `the service has no log: ${printed}`);
  return { note: await machine.answers() };
}

async function pulled(page, { plain }) {
  const image = plain.replace(/^docker pull /, '');
  await holds(page, `docker image inspect ${image}`);
  return { missing: 'a registry', instead: 'the image is the one that was made here' };
}

async function imageIsTried(page, command) {
  if (!page.isRelease) return { missing: 'an optimised program', instead: 'the other commands of this page run its image' };
  await freed(page, [9000, 3000]);
  await page.stage.says(`docker ps --all --quiet | xargs docker rm --force --volumes >/dev/null
    docker volume ls --quiet | xargs docker volume rm`);
  const { status, said } = await page.stage.run(command.text, { seconds: 300 });
  expect(status === 0, said);
  return { note: said.trim().split('\n').at(-1) };
}

async function chartIsRendered(page, command) {
  const rendered = await render(page.stage, page.helms(), templated(command.text));
  page.rendered = rendered.at(-1);
  return inCluster(page, command, () => `both Helms rendered it`);
}

async function forwarded(page, command) {
  const [, resource, ports] = /port-forward (\S+) ([\d: ]+)$/.exec(command.plain);
  return inCluster(page, command, () => {
    expect(has(page.rendered, resource), `the chart has no ${resource}`);
    for (const port of ports.split(' ')) {
      expect(page.rendered.includes(`port: ${port.split(':')[1]}\n`), `the chart's Service has no port ${port}`);
    }
    return `the chart has ${resource} with these ports`;
  });
}

async function executed(page, command) {
  const [, resource, program] = /exec (\S+) -- (.*)$/.exec(command.plain);
  return inCluster(page, command, async () => {
    expect(has(page.rendered, resource), `the chart has no ${resource}`);
    await holds(page, `${program} --help`);
    return `the chart has ${resource}, and the program knows this command`;
  });
}

async function inCluster(page, command, instead) {
  if (!page.cluster) return { missing: 'a cluster', instead: await instead() };
  return page.cluster.run(page, command);
}

async function holds(page, command) {
  expect(await page.stage.holds(command), `this does not hold: ${command}`);
}

export function expect(holds, words) {
  if (!holds) throw new Error(words);
}
