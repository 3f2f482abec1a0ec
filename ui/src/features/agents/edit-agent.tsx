import { useQuery } from '@tanstack/react-query';
import { Link, useNavigate, useParams } from '@tanstack/react-router';
import { Plug, ScrollText } from 'lucide-react';
import type { Agent } from '@/api/types';
import { Badge } from '@/components/ui/badge';
import { buttonClass } from '@/components/ui/button';
import { CopyButton } from '@/components/ui/copy-button';
import { Dialog, DialogBody } from '@/components/ui/dialog';
import { Skeleton } from '@/components/ui/skeleton';
import { ErrorState } from '@/components/ui/states';
import { showToast } from '@/components/ui/toast';
import { AgentForm } from '@/features/agents/form';
import { PROVIDERS, proxyUrl } from '@/features/agents/proxy-urls';
import { agentQuery, useUpdateAgent } from '@/features/agents/queries';
import { publicConfigQuery } from '@/shell/queries';

export function EditAgent() {
  const { agentId } = useParams({ from: '/_app/agents/$agentId' });
  const navigate = useNavigate();
  const agent = useQuery(agentQuery(agentId));
  const close = () => void navigate({ to: '/agents', search: (old) => old });
  return (
    <Dialog variant="sheet" title={agent.data?.name ?? 'Agent'} onClose={close}>
      {agent.isLoadingError ? (
        <ErrorState title="This agent could not be read" error={agent.error} onRetry={() => void agent.refetch()} />
      ) : agent.isPending ? (
        <DialogBody>
          <Skeleton className="h-8" />
          <Skeleton className="h-20" />
          <Skeleton className="h-32" />
        </DialogBody>
      ) : (
        <LoadedAgent key={agent.data.id} agent={agent.data} onClose={close} />
      )}
    </Dialog>
  );
}

function LoadedAgent({ agent, onClose }: { agent: Agent; onClose: () => void }) {
  const update = useUpdateAgent(agent.id);
  return (
    <AgentForm
      agent={agent}
      submitLabel="Save changes"
      pending={update.isPending}
      error={update.error}
      onCancel={onClose}
      onSubmit={(draft) =>
        update.mutate(draft, {
          onSuccess: () => {
            showToast({ tone: 'ok', title: 'Saved' });
            onClose();
          },
        })
      }
    >
      <Addresses agent={agent} />
    </AgentForm>
  );
}

function Addresses({ agent }: { agent: Agent }) {
  const { data: config } = useQuery(publicConfigQuery);
  return (
    <section aria-label="Addresses" className="rounded-lg border border-line bg-surface-2/60">
      <header className="flex items-center justify-between gap-2 border-b border-line px-3 py-2">
        <h3 className="flex items-center gap-2 text-sm font-medium">
          Base URLs {agent.isDefault ? <Badge tone="accent">also without the id</Badge> : null}
        </h3>
        <div className="flex gap-1.5">
          <Link to="/logs" search={{ agentId: agent.id }} className={buttonClass({ size: 'sm', variant: 'ghost' })}>
            <ScrollText aria-hidden /> Calls
          </Link>
          <Link to="/connect" search={{ agent: agent.id }} className={buttonClass({ size: 'sm' })}>
            <Plug aria-hidden /> Connect
          </Link>
        </div>
      </header>
      <dl className="divide-y divide-line text-xs">
        {PROVIDERS.map((provider) => {
          const url = config ? proxyUrl(config.apiBaseUrl, provider.id, agent.id) : '';
          return (
            <div key={provider.id} className="flex items-center gap-3 px-3 py-1.5">
              <dt className="w-24 shrink-0 text-text-2">{provider.name}</dt>
              <dd className="flex min-w-0 flex-1 items-center gap-3">
                <span className="min-w-0 flex-1 truncate font-mono" title={url}>
                  {url}
                </span>
                <CopyButton text={url} label={`Copy the ${provider.name} URL`} />
              </dd>
            </div>
          );
        })}
        <div className="flex items-center gap-3 px-3 py-1.5">
          <dt className="w-24 shrink-0 text-text-2">Agent id</dt>
          <dd className="flex min-w-0 flex-1 items-center gap-3">
            <span className="min-w-0 flex-1 truncate font-mono">{agent.id}</span>
            <CopyButton text={agent.id} label="Copy the agent id" />
          </dd>
        </div>
      </dl>
    </section>
  );
}
