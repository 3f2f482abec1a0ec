import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { Plug, Waypoints } from 'lucide-react';
import type { AgentTool } from '@/api/mcp';
import type { Agent } from '@/api/types';
import { Badge } from '@/components/ui/badge';
import { buttonClass } from '@/components/ui/button';
import { Card } from '@/components/ui/card';
import { CopyButton } from '@/components/ui/copy-button';
import { Skeleton } from '@/components/ui/skeleton';
import { EmptyState, ErrorState } from '@/components/ui/states';
import { gatewayUrl } from '@/features/agent-tools/gateway-url';
import { agentToolsQuery } from '@/features/agent-tools/queries';
import { costByServer, shareText, totalTokens } from '@/features/agent-tools/token-cost';
import { TokenGauge } from '@/features/agent-tools/token-gauge';
import { allAgentsQuery } from '@/features/agents/queries';
import { formatCompact, pluralize } from '@/lib/format';
import { Page } from '@/shell/page';
import { publicConfigQuery } from '@/shell/queries';

export function GatewaysPage() {
  const agents = useQuery(allAgentsQuery);
  const assigned = useQuery(agentToolsQuery());
  const failed = agents.isLoadingError ? agents : assigned.isLoadingError ? assigned : null;
  return (
    <Page
      title="Gateways"
      description="Every agent is a gateway: one address, and behind it the tools it was given, of however many servers."
    >
      {failed ? (
        <Card>
          <ErrorState
            title="The gateways could not be read"
            error={failed.error}
            onRetry={() => void failed.refetch()}
          />
        </Card>
      ) : agents.data && assigned.data ? (
        agents.data.length === 0 ? (
          <Card>
            <EmptyState
              icon={Waypoints}
              title="No agent yet"
              actions={
                <Link to="/agents/new" className={buttonClass({ variant: 'primary' })}>
                  Create an agent
                </Link>
              }
            />
          </Card>
        ) : (
          <div className="grid grid-cols-[repeat(auto-fill,minmax(min(22rem,100%),1fr))] gap-4">
            {agents.data.map((agent) => (
              <GatewayCard
                key={agent.id}
                agent={agent}
                tools={assigned.data.filter((assignment) => assignment.agent.id === agent.id)}
              />
            ))}
          </div>
        )
      ) : (
        <div
          role="status"
          aria-label="Loading"
          className="grid grid-cols-[repeat(auto-fill,minmax(min(22rem,100%),1fr))] gap-4"
        >
          <Skeleton className="h-44" />
          <Skeleton className="h-44" />
        </div>
      )}
    </Page>
  );
}

function GatewayCard({ agent, tools }: { agent: Agent; tools: AgentTool[] }) {
  const { data: config } = useQuery(publicConfigQuery);
  const weighed = tools.map(({ tool }) => tool);
  const tokens = totalTokens(weighed);
  const servers = costByServer(weighed).length;
  const url = config ? gatewayUrl(config.apiBaseUrl, agent.id) : '';
  return (
    <article
      aria-labelledby={`gateway-${agent.id}`}
      className="flex flex-col gap-3 rounded-lg border border-line bg-surface p-4 transition-colors hover:border-line-strong"
    >
      <div className="flex items-start justify-between gap-3">
        <div className="min-w-0">
          <h2 id={`gateway-${agent.id}`} className="flex items-center gap-2 text-sm font-semibold">
            <Link to="/gateways/$agentId" params={{ agentId: agent.id }} className="truncate hover:underline">
              {agent.name}
            </Link>
            {agent.isDefault ? <Badge tone="accent">Default</Badge> : null}
          </h2>
          <p className="line-clamp-1 text-xs text-text-3">{agent.description}</p>
        </div>
        <Link
          to="/connect"
          search={{ kind: 'mcp', agent: agent.id }}
          className={buttonClass({ size: 'sm' })}
          aria-label={`Connect a client to ${agent.name}`}
        >
          <Plug aria-hidden /> Connect
        </Link>
      </div>
      {tools.length === 0 ? (
        <p className="flex-1 text-sm text-text-2">
          It has no tools yet.{' '}
          <Link
            to="/gateways/$agentId"
            params={{ agentId: agent.id }}
            search={{ add: true }}
            className="text-accent-text underline underline-offset-3"
          >
            Choose some
          </Link>
        </p>
      ) : (
        <div className="flex flex-1 flex-col gap-1.5">
          <p className="text-sm">
            {pluralize(tools.length, 'tool')} of {pluralize(servers, 'server')}
          </p>
          <TokenGauge tokens={tokens} />
          <p className="text-xs text-text-3 tnum">
            About {formatCompact(tokens)} tokens, {shareText(tokens)} of a window of 200,000
          </p>
        </div>
      )}
      <p className="flex items-center gap-1 border-t border-line pt-2 text-xs text-text-3">
        <code className="min-w-0 flex-1 truncate font-mono" title={url}>
          {url}
        </code>
        <CopyButton text={url} label={`Copy the gateway address of ${agent.name}`} />
      </p>
    </article>
  );
}
