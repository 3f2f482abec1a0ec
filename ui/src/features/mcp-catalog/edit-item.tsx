import { useQuery } from '@tanstack/react-query';
import { useNavigate, useParams } from '@tanstack/react-router';
import type { CatalogItem } from '@/api/mcp';
import { Dialog, DialogBody } from '@/components/ui/dialog';
import { Notice } from '@/components/ui/notice';
import { Skeleton } from '@/components/ui/skeleton';
import { ErrorState } from '@/components/ui/states';
import { showToast } from '@/components/ui/toast';
import { CatalogForm } from '@/features/mcp-catalog/form';
import { catalogItemQuery, useUpdateItem } from '@/features/mcp-catalog/queries';
import { pluralize } from '@/lib/format';

export function EditItem() {
  const { itemId } = useParams({ from: '/_app/catalog/$itemId' });
  const navigate = useNavigate();
  const item = useQuery(catalogItemQuery(itemId));
  const close = () => void navigate({ to: '/catalog', search: {} });
  return (
    <Dialog
      variant="sheet"
      title={item.data?.name ?? 'Catalogue entry'}
      onClose={close}
      className="w-[min(40rem,100vw)]"
    >
      {item.isLoadingError ? (
        <ErrorState title="This entry could not be read" error={item.error} onRetry={() => void item.refetch()} />
      ) : item.isPending ? (
        <DialogBody>
          <Skeleton className="h-8" />
          <Skeleton className="h-20" />
          <Skeleton className="h-32" />
        </DialogBody>
      ) : (
        <LoadedItem key={item.data.id} item={item.data} onClose={close} />
      )}
    </Dialog>
  );
}

function LoadedItem({ item, onClose }: { item: CatalogItem; onClose: () => void }) {
  const update = useUpdateItem(item.id);
  const installed = item.installationCount;
  return (
    <CatalogForm
      item={item}
      fixedKind
      submitLabel="Save changes"
      pending={update.isPending}
      error={update.error}
      onCancel={onClose}
      onSubmit={(input) =>
        update.mutate(input, {
          onSuccess: () => {
            showToast({
              tone: 'ok',
              title: 'Saved',
              detail: installed > 0 ? `${pluralize(installed, 'installation')} can be reinstalled now.` : undefined,
            });
            onClose();
          },
        })
      }
    >
      {installed > 0 ? (
        <Notice tone="info">
          {installed === 1 ? 'One server is installed from it' : `${installed} servers are installed from it`}. What you
          change here reaches {installed === 1 ? 'it' : 'them'} with a reinstallation, which{' '}
          {installed === 1 ? 'it is' : 'they are'} marked for.
        </Notice>
      ) : null}
    </CatalogForm>
  );
}
