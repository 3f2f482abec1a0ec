import { useId } from 'react';
import type { Agent } from '@/api/types';
import { causeOf } from '@/components/ui/states';
import { Switch } from '@/components/ui/switch';
import { showToast } from '@/components/ui/toast';
import { useUpdateAgent } from '@/features/agents/queries';
import { useCan } from '@/shell/permissions';

/** Progressive mode: clients get a tool to search and one to run, instead of every definition. */
export function ExposureChoice({ agent }: { agent: Agent }) {
  const update = useUpdateAgent(agent.id);
  const mayUpdate = useCan('profile', 'update');
  const id = useId();
  const searching = agent.toolExposureMode === 'search_and_run_only';
  return (
    <div className="flex items-start gap-3 rounded-lg border border-line p-3">
      <Switch
        id={id}
        checked={searching}
        disabled={!mayUpdate || update.isPending}
        onCheckedChange={(on) =>
          update.mutate(
            { toolExposureMode: on ? 'search_and_run_only' : 'full' },
            {
              onError: (error) => showToast({ tone: 'bad', title: 'It could not be changed', detail: causeOf(error) }),
            },
          )
        }
      />
      <div className="-mt-0.5">
        <label htmlFor={id} className="text-sm font-medium">
          Show tools only when they are searched for
        </label>
        <p className="text-xs text-text-3">
          Clients see two tools, one to search and one to run, and pay for a definition when they need it.
        </p>
      </div>
    </div>
  );
}
