import type { Agent } from '@/api/types';
import { ConfirmDialog } from '@/components/ui/confirm-dialog';
import { causeOf } from '@/components/ui/states';
import { showToast } from '@/components/ui/toast';
import { useDeleteAgent } from '@/features/agents/queries';

export function DeleteAgentDialog({ agent, onClose }: { agent: Agent; onClose: () => void }) {
  const remove = useDeleteAgent();
  return (
    <ConfirmDialog
      title={`Delete ${agent.name}?`}
      confirmLabel="Delete agent"
      typeToConfirm={agent.name}
      pending={remove.isPending}
      error={remove.isError ? causeOf(remove.error) : null}
      onClose={onClose}
      onConfirm={() =>
        remove.mutate(agent.id, {
          onSuccess: () => {
            showToast({ tone: 'ok', title: `${agent.name} was deleted` });
            onClose();
          },
        })
      }
    >
      Clients that use its addresses get an error from then on. Its past calls stay in the logs.
    </ConfirmDialog>
  );
}
