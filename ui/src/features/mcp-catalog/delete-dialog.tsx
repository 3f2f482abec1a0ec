import type { CatalogItem } from '@/api/mcp';
import { ConfirmDialog } from '@/components/ui/confirm-dialog';
import { causeOf } from '@/components/ui/states';
import { showToast } from '@/components/ui/toast';
import { useDeleteItem } from '@/features/mcp-catalog/queries';
import { pluralize } from '@/lib/format';

export function DeleteItemDialog({ item, onClose }: { item: CatalogItem; onClose: () => void }) {
  const remove = useDeleteItem();
  return (
    <ConfirmDialog
      title={`Delete ${item.name}?`}
      confirmLabel="Delete entry"
      typeToConfirm={item.installationCount > 0 ? item.name : undefined}
      pending={remove.isPending}
      error={remove.isError ? causeOf(remove.error) : null}
      onClose={onClose}
      onConfirm={() =>
        remove.mutate(item.id, {
          onSuccess: () => {
            showToast({ tone: 'ok', title: `${item.name} was deleted` });
            onClose();
          },
        })
      }
    >
      {item.installationCount > 0
        ? `${pluralize(item.installationCount, 'installation')} of it and ${pluralize(item.toolCount, 'tool')} go with it: containers, secrets, and what agents were given.`
        : 'Nothing is installed from it.'}
    </ConfirmDialog>
  );
}
