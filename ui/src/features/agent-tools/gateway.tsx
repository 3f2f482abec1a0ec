import { useQuery } from '@tanstack/react-query';
import { Link, useNavigate, useParams, useSearch } from '@tanstack/react-router';
import { ArrowLeft, Plug, Plus, Wrench } from 'lucide-react';
import { useState } from 'react';
import type { AgentTool } from '@/api/mcp';
import type { Agent } from '@/api/types';
import { Button, buttonClass } from '@/components/ui/button';
import { Card, CardHeader } from '@/components/ui/card';
import { CopyButton } from '@/components/ui/copy-button';
import { Skeleton } from '@/components/ui/skeleton';
import { EmptyState, ErrorState } from '@/components/ui/states';
import { AssignedTable } from '@/features/agent-tools/assigned-table';
import { CostMap } from '@/features/agent-tools/cost-map';
import { ExposureChoice } from '@/features/agent-tools/exposure-choice';
import { gatewayUrl } from '@/features/agent-tools/gateway-url';
import { ToolPicker } from '@/features/agent-tools/picker';
import { agentToolsQuery } from '@/features/agent-tools/queries';
import { shareText, totalTokens } from '@/features/agent-tools/token-cost';
import { TokenGauge } from '@/features/agent-tools/token-gauge';
import { agentQuery } from '@/features/agents/queries';
import { TokenChoice } from '@/features/tokens/token-choice';
import { formatInteger } from '@/lib/format';
import { useCan } from '@/shell/permissions';
import { publicConfigQuery } from '@/shell/queries';

export function GatewayPage() {
  const { agentId } = useParams({ from: '/_app/gateways/$agentId' });
  const agent = useQuery(agentQuery(agentId));
  const tools = useQuery(agentToolsQuery(agentId));
  const failed = agent.isLoadingError ? agent : tools.isLoadingError ? tools : null;
  return (
    <div className="mx-auto flex w-full max-w-7xl flex-col gap-5 px-4 py-5 md:px-6">
      <Link
        to="/gateways"
        className="-mb-3 inline-flex items-center gap-1 self-start text-xs text-text-3 hover:text-text hover:underline"
      >
        <ArrowLeft className="size-3.5" aria-hidden /> Gateways
      </Link>
      {failed ? (
        <Card>
          <ErrorState
            heading="h1"
            title="This gateway could not be read"
            error={failed.error}
            onRetry={() => void failed.refetch()}
          />
        </Card>
      ) : agent.data && tools.data ? (
        <LoadedGateway key={agentId} agent={agent.data} tools={tools.data} />
      ) : (
        <div role="status" aria-label="Loading the gateway" className="flex flex-col gap-4">
          <Skeleton className="h-8 w-64" />
          <Skeleton className="h-48" />
          <Skeleton className="h-72" />
        </div>
      )}
    </div>
  );
}

function LoadedGateway({ agent, tools }: { agent: Agent; tools: AgentTool[] }) {
  const search = useSearch({ from: '/_app/gateways/$agentId' });
  const navigate = useNavigate();
  const mayAssign = useCan('profile', 'update');
  const setAdding = (add: boolean) =>
    void navigate({ to: '.', search: { ...search, add: add || undefined }, replace: true });
  return (
    <>
      <title>{`${agent.name} · Gateways · Archestra`}</title>
      <header className="flex flex-wrap items-start justify-between gap-x-6 gap-y-3">
        <div className="min-w-0">
          <h1 className="text-xl font-semibold tracking-tight">{agent.name}</h1>
          <p className="mt-0.5 max-w-2xl text-base text-text-2">
            {agent.description ?? 'One address for all the tools below.'}
          </p>
        </div>
        <div className="flex items-center gap-2">
          <Link to="/connect" search={{ kind: 'mcp', agent: agent.id }} className={buttonClass()}>
            <Plug aria-hidden /> Connect a client
          </Link>
          {mayAssign ? (
            <Button variant="primary" onClick={() => setAdding(true)}>
              <Plus aria-hidden /> Add tools
            </Button>
          ) : null}
        </div>
      </header>
      <div className="grid grid-cols-1 items-start gap-5 lg:grid-cols-2">
        <AddressCard agent={agent} />
        <CostCard agent={agent} tools={tools} />
      </div>
      <Card>
        <CardHeader
          title="Tools"
          description="What clients see here, under these names, and whose account a call uses."
        />
        {tools.length === 0 ? (
          <EmptyState
            icon={Wrench}
            title="No tools yet"
            className="border-t border-line"
            actions={
              <>
                {mayAssign ? (
                  <Button variant="primary" onClick={() => setAdding(true)}>
                    Choose tools
                  </Button>
                ) : null}
                <Link to="/catalog" className={buttonClass()}>
                  Install a server
                </Link>
              </>
            }
          >
            A client that connects now finds an empty list.
          </EmptyState>
        ) : (
          <AssignedTable agentId={agent.id} tools={tools} search={search} />
        )}
      </Card>
      {search.add ? <ToolPicker agent={agent} assigned={tools} onClose={() => setAdding(false)} /> : null}
    </>
  );
}

function AddressCard({ agent }: { agent: Agent }) {
  const { data: config } = useQuery(publicConfigQuery);
  const [tokenId, setTokenId] = useState<string>();
  const url = config ? gatewayUrl(config.apiBaseUrl, agent.id) : '';
  return (
    <Card>
      <CardHeader title="Address and token" description="All a client needs. It may also sign in with the browser." />
      <div className="flex flex-col gap-4 border-t border-line p-4">
        <div className="flex items-center gap-2 rounded-lg border border-line bg-surface-2/60 py-1.5 pr-1.5 pl-3">
          <code aria-label="Gateway address" className="min-w-0 flex-1 truncate font-mono text-xs" title={url}>
            {url}
          </code>
          <CopyButton text={url} label="Copy the gateway address" />
        </div>
        <TokenChoice chosen={tokenId} onChoose={setTokenId} />
      </div>
    </Card>
  );
}

function CostCard({ agent, tools }: { agent: Agent; tools: AgentTool[] }) {
  const tokens = totalTokens(tools.map(({ tool }) => tool));
  return (
    <Card>
      <CardHeader
        title={tokens === 0 ? 'Tools cost nothing yet' : `Tools cost about ${formatInteger(tokens)} tokens`}
        description={`${shareText(tokens)} of a window of 200,000, before anything is said. Estimated from the definitions.`}
      />
      <div className="flex flex-col gap-3 px-4 pb-4">
        <TokenGauge tokens={tokens} />
        {tools.length === 0 ? null : <CostMap tools={tools} />}
        <ExposureChoice agent={agent} />
      </div>
    </Card>
  );
}
