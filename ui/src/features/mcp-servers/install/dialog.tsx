import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import type { McpServer } from '@/api/mcp';
import { Dialog, DialogBody } from '@/components/ui/dialog';
import { Skeleton } from '@/components/ui/skeleton';
import { ErrorState } from '@/components/ui/states';
import { catalogItemQuery } from '@/features/mcp-catalog/queries';
import { InstallForm } from '@/features/mcp-servers/install/form';
import { InstallProgress } from '@/features/mcp-servers/install/progress';
import { featuresQuery } from '@/features/secrets/queries';

type Props = { catalogId: string; secretId: string | undefined; onClose: () => void };

/** Asks what the server needs to know, starts it, and stays until its tools are there or the cause is known. */
export function InstallDialog({ catalogId, secretId, onClose }: Props) {
  const item = useQuery(catalogItemQuery(catalogId));
  const features = useQuery(featuresQuery);
  const [installed, setInstalled] = useState<McpServer | null>(null);
  return (
    <Dialog
      variant="sheet"
      title={item.data ? `Install ${item.data.name}` : 'Install a server'}
      description={item.data?.description ?? undefined}
      onClose={onClose}
    >
      {item.isLoadingError ? (
        <ErrorState
          title="This catalogue entry could not be read"
          error={item.error}
          onRetry={() => void item.refetch()}
        />
      ) : features.isLoadingError ? (
        <ErrorState
          title="How this server keeps secrets could not be read"
          error={features.error}
          onRetry={() => void features.refetch()}
        />
      ) : item.isPending || features.isPending ? (
        <DialogBody>
          <Skeleton className="h-8" />
          <Skeleton className="h-20" />
          <Skeleton className="h-20" />
        </DialogBody>
      ) : installed ? (
        <InstallProgress server={installed} onClose={onClose} onEdit={() => setInstalled(null)} />
      ) : (
        <InstallForm
          key={item.data.id}
          item={item.data}
          secretId={secretId}
          // What a sign-in left is kept here, and then so is the rest.
          byReference={features.data.byosEnabled && secretId === undefined}
          onInstalled={setInstalled}
          onCancel={onClose}
        />
      )}
    </Dialog>
  );
}
