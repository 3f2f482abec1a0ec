import type { McpServer } from '@/api/mcp';
import { ConfirmDialog } from '@/components/ui/confirm-dialog';
import { causeOf } from '@/components/ui/states';
import { showToast } from '@/components/ui/toast';
import { useDeleteServer } from '@/features/mcp-servers/queries';

type Props = { server: McpServer; onClose: () => void; onDeleted?: () => void };

export function DeleteServerDialog({ server, onClose, onDeleted }: Props) {
  const remove = useDeleteServer();
  return (
    <ConfirmDialog
      title={`Delete ${server.name}?`}
      confirmLabel="Delete server"
      typeToConfirm={server.name}
      pending={remove.isPending}
      error={remove.isError ? causeOf(remove.error) : null}
      onClose={onClose}
      onConfirm={() =>
        remove.mutate(server.id, {
          onSuccess: () => {
            showToast({ tone: 'ok', title: `${server.name} was deleted` });
            onClose();
            onDeleted?.();
          },
        })
      }
    >
      {server.serverType === 'local'
        ? 'Its container and its secrets are removed. Tools that only it provides stop answering. Past calls stay in the logs.'
        : 'Its credentials are removed. Tools that only it provides stop answering. Past calls stay in the logs.'}
    </ConfirmDialog>
  );
}
