import { useNavigate } from '@tanstack/react-router';
import { Dialog } from '@/components/ui/dialog';
import { showToast } from '@/components/ui/toast';
import { AgentForm } from '@/features/agents/form';
import { useCreateAgent } from '@/features/agents/queries';

export function CreateAgent() {
  const navigate = useNavigate();
  const create = useCreateAgent();
  const close = () => void navigate({ to: '/agents', search: (old) => old });
  return (
    <Dialog variant="sheet" title="Create an agent" description="It gets its own address at once." onClose={close}>
      <AgentForm
        submitLabel="Create agent"
        pending={create.isPending}
        error={create.error}
        onCancel={close}
        onSubmit={(draft) =>
          create.mutate(draft, {
            onSuccess: (agent) => {
              showToast({ tone: 'ok', title: `${agent.name} was created` });
              void navigate({ to: '/agents/$agentId', params: { agentId: agent.id } });
            },
          })
        }
      />
    </Dialog>
  );
}
