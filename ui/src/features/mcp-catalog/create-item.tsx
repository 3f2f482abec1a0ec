import { useNavigate, useSearch } from '@tanstack/react-router';
import { Dialog } from '@/components/ui/dialog';
import { CatalogForm } from '@/features/mcp-catalog/form';
import { useCreateItem } from '@/features/mcp-catalog/queries';

export function CreateItem() {
  const { kind } = useSearch({ from: '/_app/catalog/new' });
  const navigate = useNavigate();
  const create = useCreateItem();
  const close = () => void navigate({ to: '/catalog', search: {} });
  return (
    <Dialog
      variant="sheet"
      title="Add a server"
      description="It comes into your registry; installing it is the next step."
      onClose={close}
      className="w-[min(40rem,100vw)]"
    >
      <CatalogForm
        kind={kind}
        submitLabel="Add to the registry"
        pending={create.isPending}
        error={create.error}
        onCancel={close}
        onSubmit={(input) =>
          create.mutate(input, {
            onSuccess: (item) => void navigate({ to: '/catalog', search: { install: item.id } }),
          })
        }
      />
    </Dialog>
  );
}
