import type { Conversation } from '@/api/chat';
import { ConfirmDialog } from '@/components/ui/confirm-dialog';
import { causeOf } from '@/components/ui/states';
import { showToast } from '@/components/ui/toast';
import { useDeleteConversation } from '@/features/chat/queries';

type Props = { conversation: Pick<Conversation, 'id' | 'title'>; onDeleted: () => void; onClose: () => void };

export function DeleteConversation({ conversation, onDeleted, onClose }: Props) {
  const remove = useDeleteConversation();
  return (
    <ConfirmDialog
      title="Delete this conversation?"
      confirmLabel="Delete conversation"
      pending={remove.isPending}
      error={remove.isError ? causeOf(remove.error) : null}
      onConfirm={() =>
        remove.mutate(conversation.id, {
          onSuccess: () => {
            showToast({ tone: 'ok', title: 'Conversation deleted' });
            onClose();
            onDeleted();
          },
        })
      }
      onClose={onClose}
    >
      “{conversation.title ?? 'Untitled conversation'}” and its files are gone for good; an answer that is being written
      stops.
    </ConfirmDialog>
  );
}
