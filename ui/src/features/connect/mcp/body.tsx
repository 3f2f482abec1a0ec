import { useQuery } from '@tanstack/react-query';
import { Link, useNavigate, useSearch } from '@tanstack/react-router';
import { useState } from 'react';
import type { Agent, PublicConfig } from '@/api/types';
import { Field } from '@/components/ui/field';
import { Select } from '@/components/ui/input';
import { Notice } from '@/components/ui/notice';
import { EmptyState } from '@/components/ui/states';
import { Bot } from 'lucide-react';
import { gatewayUrl } from '@/features/agent-tools/gateway-url';
import { agentToolsQuery } from '@/features/agent-tools/queries';
import { ClientList } from '@/features/connect/client-list';
import { MCP_CLIENTS, TOKEN_PLACEHOLDER } from '@/features/connect/mcp/clients';
import { FirstToolCall } from '@/features/connect/mcp/first-tool-call';
import type { ConnectSearch } from '@/features/connect/search';
import { SnippetTabs } from '@/features/connect/snippet-tabs';
import { Step } from '@/features/connect/step';
import { TokenChoice } from '@/features/tokens/token-choice';
import { pluralize } from '@/lib/format';

/** An MCP client is given one address and one token, and sees the tools of one agent. */
export function McpConnectBody({ config, agents }: { config: PublicConfig; agents: Agent[] }) {
  const search = useSearch({ from: '/_app/connect' });
  const navigate = useNavigate({ from: '/connect' });
  const [token, setToken] = useState<string | null>(null);
  const patch = (change: ConnectSearch) =>
    void navigate({ search: (old) => ({ ...old, ...change }), replace: true, resetScroll: false });

  const client = MCP_CLIENTS.find((each) => each.id === search.client) ?? MCP_CLIENTS[0];
  const agent = agents.find((each) => each.id === search.agent) ?? agents.find((each) => each.isDefault) ?? agents[0];
  if (client === undefined) return null;
  if (agent === undefined) return <EmptyState icon={Bot} title="There is no agent to connect to" />;

  const context = { url: gatewayUrl(config.apiBaseUrl, agent.id), token: token ?? TOKEN_PLACEHOLDER };
  return (
    <div className="grid items-start gap-6 lg:grid-cols-[15rem_minmax(0,1fr)]">
      <ClientList clients={MCP_CLIENTS} chosen={client.id} onChoose={(id) => patch({ client: id })} />
      <div className="flex min-w-0 flex-col gap-6">
        <Step number={1} title="Whose tools should it see?">
          <div className="flex flex-wrap items-end gap-3">
            <Field label="Agent" className="w-64">
              {(control) => (
                <Select {...control} value={agent.id} onChange={(event) => patch({ agent: event.target.value })}>
                  {agents.map((each) => (
                    <option key={each.id} value={each.id}>
                      {each.name}
                      {each.isDefault ? ' (default)' : ''}
                    </option>
                  ))}
                </Select>
              )}
            </Field>
            <ToolCount agent={agent} />
          </div>
        </Step>
        <Step number={2} title="With which token?">
          <TokenChoice chosen={search.token} onChoose={(id) => patch({ token: id })} onValue={setToken} />
        </Step>
        <Step number={3} title={`Set up ${client.name}`}>
          <div className="flex flex-col gap-3">
            {client.notes(context).map((note) => (
              <Notice key={note} tone="info">
                {note}
              </Notice>
            ))}
            <SnippetTabs key={client.id} snippets={client.snippets(context)} />
          </div>
        </Step>
        <Step number={4} title="Start it">
          <FirstToolCall key={agent.id} agent={agent} />
        </Step>
      </div>
    </div>
  );
}

function ToolCount({ agent }: { agent: Agent }) {
  const tools = useQuery(agentToolsQuery(agent.id)).data;
  if (tools === undefined) return null;
  return (
    <Link
      to="/gateways/$agentId"
      params={{ agentId: agent.id }}
      search={tools.length === 0 ? { add: true } : {}}
      className="pb-1.5 text-sm text-accent-text hover:underline"
    >
      {tools.length === 0 ? 'It has no tools yet: choose some' : `It has ${pluralize(tools.length, 'tool')}`}
    </Link>
  );
}
