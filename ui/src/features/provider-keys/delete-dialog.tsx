import type { ProviderKey } from '@/api/settings';
import { ConfirmDialog } from '@/components/ui/confirm-dialog';
import { causeOf } from '@/components/ui/states';
import { showToast } from '@/components/ui/toast';
import { useDeleteKey } from '@/features/provider-keys/queries';
import { pluralize } from '@/lib/format';

type Props = { apiKey: ProviderKey; providerName: string; onClose: () => void };

export function DeleteKeyDialog({ apiKey, providerName, onClose }: Props) {
  const remove = useDeleteKey();
  return (
    <ConfirmDialog
      title={`Delete “${apiKey.name}”?`}
      confirmLabel="Delete key"
      pending={remove.isPending}
      error={remove.isError ? causeOf(remove.error) : null}
      onClose={onClose}
      onConfirm={() =>
        remove.mutate(apiKey.id, {
          onSuccess: () => {
            showToast({ tone: 'ok', title: `${apiKey.name} was deleted` });
            onClose();
          },
        })
      }
    >
      Its value is deleted here; at {providerName} it stays valid until you revoke it there. {consequence(apiKey)}
    </ConfirmDialog>
  );
}

function consequence({ profiles, isOrganizationDefault }: ProviderKey): string {
  if (isOrganizationDefault) return 'It is the default: whatever has no key of its own falls back to the environment.';
  if (profiles.length > 0) return `${pluralize(profiles.length, 'profile')} will use the default instead.`;
  return 'Nothing uses it.';
}
