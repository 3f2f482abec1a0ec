import type { Member } from '@/api/access';
import { ConfirmDialog } from '@/components/ui/confirm-dialog';
import { causeOf } from '@/components/ui/states';
import { showToast } from '@/components/ui/toast';
import { useRemovePerson } from '@/features/people/queries';

export function RemovePersonDialog({ person, onClose }: { person: Member; onClose: () => void }) {
  const remove = useRemovePerson();
  const name = person.name || person.email;
  return (
    <ConfirmDialog
      title={person.isSelf ? 'Remove yourself?' : `Remove ${name}?`}
      confirmLabel={person.isSelf ? 'Remove myself' : 'Remove'}
      typeToConfirm={person.isSelf ? person.email : undefined}
      pending={remove.isPending}
      error={remove.isError ? causeOf(remove.error) : null}
      onClose={onClose}
      onConfirm={() =>
        remove.mutate(person.id, {
          onSuccess: () => {
            showToast({ tone: 'ok', title: `${name} was removed` });
            onClose();
          },
        })
      }
    >
      {person.isSelf ? 'You are signed out at once. Your' : 'They are signed out at once. Their'} API keys, tokens,
      conversations and personal MCP servers are deleted with the account; what was shared with a team or everybody
      stays. This cannot be undone.
    </ConfirmDialog>
  );
}
