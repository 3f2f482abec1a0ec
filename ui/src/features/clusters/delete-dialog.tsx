import type { Cluster } from '@/api/mcp';
import { ConfirmDialog } from '@/components/ui/confirm-dialog';
import { causeOf } from '@/components/ui/states';
import { showToast } from '@/components/ui/toast';
import { useDeleteCluster } from '@/features/clusters/queries';
import { pluralize } from '@/lib/format';

export function DeleteClusterDialog({ cluster, onClose }: { cluster: Cluster; onClose: () => void }) {
  const remove = useDeleteCluster();
  return (
    <ConfirmDialog
      title={`Remove ${cluster.name}?`}
      confirmLabel="Remove cluster"
      typeToConfirm={cluster.serverCount > 0 ? cluster.name : undefined}
      pending={remove.isPending}
      error={remove.isError ? causeOf(remove.error) : null}
      onClose={onClose}
      onConfirm={() =>
        remove.mutate(cluster.id, {
          onSuccess: () => {
            showToast({ tone: 'ok', title: `${cluster.name} was removed` });
            onClose();
          },
        })
      }
    >
      {cluster.serverCount > 0
        ? `${pluralize(cluster.serverCount, 'server')} in it can no longer be reached from here. Delete them first if nothing should be left behind.`
        : 'Its credentials are deleted here. Nothing in the cluster changes.'}
    </ConfirmDialog>
  );
}
