import type { Secret } from '@/api/settings';
import { ConfirmDialog } from '@/components/ui/confirm-dialog';
import { causeOf } from '@/components/ui/states';
import { showToast } from '@/components/ui/toast';
import { useDeleteSecret } from '@/features/secrets/queries';

export function DeleteSecretDialog({ secret, onClose }: { secret: Secret; onClose: () => void }) {
  const remove = useDeleteSecret();
  return (
    <ConfirmDialog
      title={`Delete ${secret.name}?`}
      confirmLabel="Delete secret"
      pending={remove.isPending}
      error={remove.isError ? causeOf(remove.error) : null}
      onClose={onClose}
      onConfirm={() =>
        remove.mutate(secret.id, {
          onSuccess: () => {
            showToast({ tone: 'ok', title: `${secret.name} was deleted` });
            onClose();
          },
        })
      }
    >
      {secret.isReference
        ? 'Nothing uses it. Only the reference is deleted; in Vault nothing changes.'
        : 'Nothing uses it. Its values cannot be brought back.'}
    </ConfirmDialog>
  );
}
