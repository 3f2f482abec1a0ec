import { useQuery } from '@tanstack/react-query';
import { Link, Outlet } from '@tanstack/react-router';
import { Boxes, Plus, RefreshCw } from 'lucide-react';
import { useState } from 'react';
import type { Cluster } from '@/api/mcp';
import { Button, buttonClass } from '@/components/ui/button';
import { Card } from '@/components/ui/card';
import { Skeleton } from '@/components/ui/skeleton';
import { EmptyState, ErrorState } from '@/components/ui/states';
import { ClusterCard } from '@/features/clusters/cluster-card';
import { DeleteClusterDialog } from '@/features/clusters/delete-dialog';
import { HoldCard } from '@/features/clusters/hold-card';
import { clustersQuery, runtimesQuery } from '@/features/clusters/queries';
import { RuntimeCard } from '@/features/clusters/runtime-card';
import { Page } from '@/shell/page';
import { useCan } from '@/shell/permissions';

export function RuntimesPage() {
  const runtimes = useQuery(runtimesQuery);
  const clusters = useQuery(clustersQuery);
  const mayAdd = useCan('mcpServer', 'admin');
  const hold = runtimes.data?.map(({ health }) => (health.status === 'available' ? health.hold : null)).find(Boolean);
  const [doomed, setDoomed] = useState<Cluster | null>(null);
  return (
    <Page
      title="Runtimes"
      description="Where servers can run: containers on this machine, and clusters."
      actions={
        <Button
          pending={runtimes.isFetching && !runtimes.isPending}
          onClick={() => {
            void runtimes.refetch();
            void clusters.refetch();
          }}
        >
          {runtimes.isFetching && !runtimes.isPending ? null : <RefreshCw aria-hidden />} Look again
        </Button>
      }
    >
      <section aria-label="This machine" className="flex flex-col gap-3">
        <h2 className="text-sm font-semibold">This machine</h2>
        {hold ? <HoldCard hold={hold} /> : null}
        {runtimes.isLoadingError ? (
          <Card>
            <ErrorState
              title="What is there could not be found out"
              error={runtimes.error}
              onRetry={() => void runtimes.refetch()}
            />
          </Card>
        ) : runtimes.isPending ? (
          <CardSkeletons />
        ) : (
          <div className="grid items-start gap-4 md:grid-cols-2 xl:grid-cols-3">
            {runtimes.data.map((runtime) => (
              <RuntimeCard key={runtime.id} runtime={runtime} />
            ))}
          </div>
        )}
      </section>
      <section aria-label="Clusters" className="flex flex-col gap-3">
        <div className="flex items-center justify-between gap-4">
          <h2 className="text-sm font-semibold">Clusters</h2>
          {mayAdd ? (
            <Link to="/runtimes/new" className={buttonClass({ variant: 'primary' })}>
              <Plus aria-hidden /> Add a cluster
            </Link>
          ) : null}
        </div>
        {clusters.isLoadingError ? (
          <Card>
            <ErrorState
              title="The clusters could not be read"
              error={clusters.error}
              onRetry={() => void clusters.refetch()}
            />
          </Card>
        ) : clusters.isPending ? (
          <CardSkeletons />
        ) : clusters.data.length === 0 ? (
          <Card>
            <EmptyState
              icon={Boxes}
              title="No cluster yet"
              actions={
                mayAdd ? (
                  <Link to="/runtimes/new" className={buttonClass()}>
                    Add one by its kubeconfig
                  </Link>
                ) : null
              }
            >
              A cluster is contacted when you look at it or run something on it, and not before.
            </EmptyState>
          </Card>
        ) : (
          <div className="grid items-start gap-4 xl:grid-cols-2">
            {clusters.data.map((cluster) => (
              <ClusterCard key={cluster.id} cluster={cluster} onDelete={setDoomed} />
            ))}
          </div>
        )}
      </section>
      {doomed ? <DeleteClusterDialog cluster={doomed} onClose={() => setDoomed(null)} /> : null}
      <Outlet />
    </Page>
  );
}

function CardSkeletons() {
  return (
    <div role="status" aria-label="Loading" className="grid gap-4 md:grid-cols-2 xl:grid-cols-3">
      <Skeleton className="h-40" />
      <Skeleton className="h-40" />
    </div>
  );
}
