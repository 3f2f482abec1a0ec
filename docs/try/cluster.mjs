// Helm and kubectl against a real cluster, in the network from which the test was begun.
import { existsSync, symlinkSync } from 'node:fs';
import { join, resolve } from 'node:path';

import { chart } from './charts.mjs';
import { expect } from './ways.mjs';

const namespace = 'archestra';
/** An image that the cluster has, used as the official one. */
const database = process.env.ARCHESTRA_DOCS_POSTGRES ?? 'postgres:17';

export class Cluster {
  constructor(kubeconfig) {
    if (!kubeconfig || !existsSync(kubeconfig)) throw new Error('--cluster needs the path of a kubeconfig');
    this.kubeconfig = resolve(kubeconfig);
    this.values = process.env.ARCHESTRA_DOCS_VALUES && resolve(process.env.ARCHESTRA_DOCS_VALUES);
  }

  /** Once for each page that has such commands. */
  async prepare(page) {
    if (page.hasCluster) return;
    page.hasCluster = true;
    symlinkSync(page.helms().at(-1), join(page.stage.folder, 'helm'));
    if (await this.holds(page, `kubectl get namespace ${namespace}`)) {
      throw new Error(`the namespace ${namespace} is there already; it is not for this test to remove it`);
    }
    this.made = true;
    const version = JSON.parse(await this.says(page, 'kubectl version --output json')).serverVersion.gitVersion;
    // Of the page's own copy.
    const older = !(await this.holds(page, `helm template x ${chart} --kube-version ${version}`));
    if (older) await page.stage.says(`sed --in-place '/^kubeVersion/d' ${chart}/Chart.yaml`);
  }

  async run(page, { plain, text }) {
    await this.prepare(page);
    if (/\bport-forward\b/.test(plain)) return this.forward(page, text);
    if (!/^helm (upgrade|install)/.test(plain)) {
      await this.says(page, text);
      return { note: 'done in the cluster' };
    }
    const lacking = await this.lacks(page);
    if (lacking) return { missing: `a cluster with ${lacking}`, instead: 'both Helms rendered it' };
    const more = this.values ? ` --values '${this.values}'` : '';
    await this.says(page, `${text.trimEnd()}${more} --timeout 5m`, 330);
    return { note: 'installed in the cluster' };
  }

  /** A kind that was rendered and that this cluster does not know. */
  async lacks(page) {
    const kinds = [...page.rendered.matchAll(/^apiVersion: (\S+)\nkind: (\S+)/gm)];
    for (const [, version, kind] of kinds) {
      const known = await this.says(page, `kubectl get --raw /api${version === 'v1' ? '' : 's'}/${version} || true`);
      if (!known.includes(`"kind":"${kind}"`)) return `${kind} of ${version}`;
    }
    return undefined;
  }

  async forward(page, text) {
    const server = page.stage.serve(this.inside(page, text), [9000, 3000], { outside: true });
    const both = `curl --silent --fail http://127.0.0.1:9000/ready &&
      curl --silent --fail http://127.0.0.1:3000/ | grep '<title>Archestra'`;
    const took = await page.stage.within(30, both, { outside: true });
    await page.stage.stop(server);
    expect(took !== undefined, `UI and API do not answer: ${server.said()}`);
    return { note: 'UI and API answer through it' };
  }

  /** The address of a PostgreSQL, as pods reach it. */
  async database(page) {
    await this.prepare(page);
    const run = `kubectl create namespace ${namespace} --dry-run=client --output yaml | kubectl apply --filename - >/dev/null
      kubectl --namespace ${namespace} run documented-database --image ${database} --image-pull-policy Never \
        --env POSTGRES_USER=user --env POSTGRES_PASSWORD=password --env POSTGRES_DB=database >/dev/null
      kubectl --namespace ${namespace} wait --for condition=Ready pod/documented-database --timeout 60s >/dev/null
      kubectl --namespace ${namespace} get pod documented-database --output jsonpath='{.status.podIP}'`;
    return this.says(page, run, 90);
  }

  async end(page) {
    if (!page.hasCluster || !this.made) return;
    await this.holds(page, `helm uninstall archestra-platform --namespace ${namespace} --wait --timeout 3m`, 200);
    await this.holds(page, `kubectl delete namespace ${namespace} --timeout 3m`, 200);
  }

  inside(page, command) {
    return `export KUBECONFIG='${this.kubeconfig}' PATH="${page.stage.folder}:$PATH"\n${command}`;
  }

  says(page, command, seconds = 60) {
    return page.stage.says(this.inside(page, command), seconds, { outside: true });
  }

  holds(page, command, seconds = 60) {
    return page.stage.holds(this.inside(page, command), seconds, { outside: true });
  }
}
