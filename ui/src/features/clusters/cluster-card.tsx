import { Check, Ship, Trash2, X } from 'lucide-react';
import type { ReactNode } from 'react';
import type { Cluster, ClusterCheck } from '@/api/mcp';
import { Badge } from '@/components/ui/badge';
import { Button } from '@/components/ui/button';
import { Card } from '@/components/ui/card';
import { Notice } from '@/components/ui/notice';
import { causeOf } from '@/components/ui/states';
import { RelativeTime } from '@/components/ui/time';
import { useCheckCluster } from '@/features/clusters/queries';
import { cn } from '@/lib/class-names';
import { formatDuration, pluralize } from '@/lib/format';
import { useCan } from '@/shell/permissions';

const SOURCES: Record<Cluster['source'], string> = {
  'in-cluster': 'this server runs in it',
  environment: 'from this server’s environment',
  kubeconfig: 'added here',
};

type Props = { cluster: Cluster; onDelete: (cluster: Cluster) => void };

export function ClusterCard({ cluster, onDelete }: Props) {
  const check = useCheckCluster(cluster.id);
  const mayDelete = useCan('mcpServer', 'admin') && cluster.source === 'kubeconfig';
  return (
    <Card aria-label={cluster.name} className="overflow-hidden">
      <div className="flex items-start gap-3 p-4">
        <span className="grid size-9 shrink-0 place-items-center rounded-lg border border-line bg-surface-2 text-text-2">
          <Ship className="size-4.5" aria-hidden />
        </span>
        <div className="min-w-0 flex-1">
          <h3 className="truncate text-sm font-semibold">{cluster.name}</h3>
          <p className="truncate text-xs text-text-3">{SOURCES[cluster.source]}</p>
        </div>
        <StatusBadge cluster={cluster} />
      </div>
      <dl className="grid grid-cols-[5.5rem_minmax(0,1fr)] gap-x-3 gap-y-1 px-4 pb-4 text-xs">
        {cluster.serverUrl ? <Fact name="API server">{cluster.serverUrl}</Fact> : null}
        {cluster.context ? <Fact name="Context">{cluster.context}</Fact> : null}
        {cluster.namespace ? <Fact name="Namespace">{cluster.namespace}</Fact> : null}
        <Fact name="Runs">{cluster.serverCount > 0 ? pluralize(cluster.serverCount, 'server') : 'nothing yet'}</Fact>
        {cluster.checkedAt ? (
          <Fact name="Looked at">
            <RelativeTime at={cluster.checkedAt} />
          </Fact>
        ) : null}
      </dl>
      {cluster.status === 'unreachable' && cluster.detail && check.data === undefined ? (
        <Notice tone="error" className="mx-4 mb-4">
          {cluster.detail}
        </Notice>
      ) : null}
      {check.isError ? (
        <Notice tone="error" role="alert" className="mx-4 mb-4">
          {causeOf(check.error)}
        </Notice>
      ) : null}
      {check.data ? <CheckResult check={check.data} /> : null}
      <footer className="flex items-center gap-2 border-t border-line bg-surface-2/50 px-4 py-2.5">
        <Button size="sm" pending={check.isPending} onClick={() => check.mutate()}>
          {check.data || cluster.checkedAt ? 'Check again' : 'Check it'}
        </Button>
        <span className="text-xs text-text-3">{check.isPending ? 'Asking the cluster…' : ''}</span>
        <span className="flex-1" />
        {mayDelete ? (
          <Button
            variant="ghost"
            size="iconSm"
            aria-label={`Remove ${cluster.name}`}
            title="Remove"
            onClick={() => onDelete(cluster)}
          >
            <Trash2 aria-hidden />
          </Button>
        ) : null}
      </footer>
    </Card>
  );
}

function StatusBadge({ cluster }: { cluster: Cluster }) {
  if (cluster.status === 'available') return <Badge tone="ok">{cluster.version ?? 'Reachable'}</Badge>;
  if (cluster.status === 'unreachable') return <Badge tone="bad">Not reachable</Badge>;
  return <Badge>Not opened yet</Badge>;
}

function Fact({ name, children }: { name: string; children: ReactNode }) {
  return (
    <>
      <dt className="text-text-3">{name}</dt>
      <dd className="min-w-0 truncate">{children}</dd>
    </>
  );
}

function CheckResult({ check }: { check: ClusterCheck }) {
  if (!check.reachable) {
    return (
      <Notice tone="error" role="alert" className="mx-4 mb-4">
        <p className="font-medium">{check.cause ?? 'The cluster does not answer.'}</p>
        {check.fix ? <p className="mt-0.5">{check.fix}</p> : null}
      </Notice>
    );
  }
  const denied = check.permissions.filter((permission) => !permission.allowed && permission.required).length;
  const lacking = check.permissions.filter((permission) => !permission.allowed && !permission.required).length;
  return (
    <div className="border-t border-line px-4 py-3" role="status">
      <p className="text-sm">
        <span className="font-medium">
          {denied > 0
            ? `${pluralize(denied, 'permission')} missing: servers cannot run.`
            : lacking > 0
              ? `Servers can run; ${pluralize(lacking, 'permission')} missing for the rest.`
              : 'All that is needed is allowed.'}
        </span>{' '}
        <span className="text-text-3 tnum">
          {check.version ? `Kubernetes ${check.version}, ` : ''}answered in {formatDuration(check.latencyMs)}.
        </span>
      </p>
      <ul aria-label="Permissions" className="mt-2 grid gap-x-6 gap-y-1 sm:grid-cols-2">
        {check.permissions.map((permission) => (
          <li
            key={`${permission.verb} ${permission.resource} ${permission.namespace}`}
            className="flex items-baseline gap-2 text-xs"
          >
            {permission.allowed ? (
              <Check className="size-3.5 shrink-0 translate-y-0.5 text-ok-text" aria-hidden />
            ) : (
              <X className="size-3.5 shrink-0 translate-y-0.5 text-bad-text" aria-hidden />
            )}
            <span className="min-w-0">
              <span className={cn('font-medium', !permission.allowed && 'text-bad-text')}>
                {permission.verb} {permission.resource}
              </span>
              <span className="sr-only">{permission.allowed ? ', allowed' : ', not allowed'}</span>
              <span className="text-text-3"> {permission.why}</span>
            </span>
          </li>
        ))}
      </ul>
    </div>
  );
}
