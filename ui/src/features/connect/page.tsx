import { useQuery } from '@tanstack/react-query';
import { Link, useNavigate, useSearch } from '@tanstack/react-router';
import type { Agent, PublicConfig, TokenPrice } from '@/api/types';
import { Card } from '@/components/ui/card';
import { CopyButton } from '@/components/ui/copy-button';
import { Field } from '@/components/ui/field';
import { Select } from '@/components/ui/input';
import { Notice } from '@/components/ui/notice';
import { Segmented } from '@/components/ui/segmented';
import { Skeleton } from '@/components/ui/skeleton';
import { ErrorState } from '@/components/ui/states';
import { PROVIDERS, providerName, proxyUrl } from '@/features/agents/proxy-urls';
import { allAgentsQuery } from '@/features/agents/queries';
import { ClientList } from '@/features/connect/client-list';
import { type Client, CLIENTS, type Credential } from '@/features/connect/clients';
import { exampleModel, modelsOf } from '@/features/connect/example-model';
import { FirstCall } from '@/features/connect/first-call';
import { McpConnectBody } from '@/features/connect/mcp/body';
import type { ConnectSearch } from '@/features/connect/search';
import { SnippetTabs } from '@/features/connect/snippet-tabs';
import { Step } from '@/features/connect/step';
import { tokenPricesQuery } from '@/features/token-prices/queries';
import { Page } from '@/shell/page';
import { publicConfigQuery } from '@/shell/queries';

const NO_PRICES: TokenPrice[] = [];
export function ConnectPage() {
  const { kind, agent } = useSearch({ from: '/_app/connect' });
  const navigate = useNavigate({ from: '/connect' });
  const config = useQuery(publicConfigQuery);
  const agents = useQuery(allAgentsQuery);
  const failed = config.isLoadingError ? config : agents.isLoadingError ? agents : null;
  return (
    <Page
      title="Connect"
      description={
        kind === 'mcp'
          ? 'Give a client one address, and it has the tools of all the servers behind it.'
          : 'Point a client at this server instead of at the provider. Nothing else changes: same SDK, same models, same answers.'
      }
      actions={
        <Segmented
          label="What for"
          value={kind ?? 'llm'}
          onValueChange={(next) => void navigate({ search: next === 'mcp' ? { kind: 'mcp', agent } : { agent } })}
          options={[
            { value: 'llm', label: 'Models' },
            { value: 'mcp', label: 'Tools (MCP)' },
          ]}
        />
      }
    >
      {failed ? (
        <Card>
          <ErrorState
            title="The settings for your clients could not be read"
            error={failed.error}
            onRetry={() => void failed.refetch()}
          />
        </Card>
      ) : config.data && agents.data ? (
        kind === 'mcp' ? (
          <McpConnectBody config={config.data} agents={agents.data} />
        ) : (
          <ConnectBody config={config.data} agents={agents.data} />
        )
      ) : (
        <Skeleton className="h-96 w-full" />
      )}
    </Page>
  );
}

function ConnectBody({ config, agents }: { config: PublicConfig; agents: Agent[] }) {
  const search = useSearch({ from: '/_app/connect' });
  const navigate = useNavigate({ from: '/connect' });
  const prices = useQuery(tokenPricesQuery).data ?? NO_PRICES;
  const patch = (change: ConnectSearch) =>
    void navigate({ search: (old) => ({ ...old, ...change }), replace: true, resetScroll: false });

  const client = CLIENTS.find((each) => each.id === search.client) ?? CLIENTS[0];
  const agent = agents.find((each) => each.id === search.agent) ?? agents.find((each) => each.isDefault) ?? agents[0];
  if (client === undefined) return null;

  const credential = search.credential ?? 'provider';
  const models = modelsOf(client.provider, prices);
  const model = search.model && models.includes(search.model) ? search.model : exampleModel(client.provider, prices);
  const baseUrl = proxyUrl(config.apiBaseUrl, client.provider, agent?.id);
  const context = { baseUrl, credential, model };

  return (
    <div className="grid items-start gap-6 lg:grid-cols-[15rem_minmax(0,1fr)]">
      <ClientList clients={CLIENTS} chosen={client.id} onChoose={(id) => patch({ client: id, model: undefined })} />
      <div className="flex min-w-0 flex-col gap-6">
        <Step number={1} title="Which agent are the calls for?">
          <div className="flex flex-wrap items-end gap-3">
            <Field label="Agent" className="w-64">
              {(control) => (
                <Select {...control} value={agent?.id ?? ''} onChange={(event) => patch({ agent: event.target.value })}>
                  {agents.map((each) => (
                    <option key={each.id} value={each.id}>
                      {each.name}
                      {each.isDefault ? ' (default)' : ''}
                    </option>
                  ))}
                </Select>
              )}
            </Field>
            <Link to="/agents/new" className="pb-1.5 text-sm text-accent-text hover:underline">
              Create another
            </Link>
          </div>
        </Step>
        <Step number={2} title="Whose key does the client send?">
          <CredentialChoice client={client} credential={credential} onChange={(next) => patch({ credential: next })} />
        </Step>
        <Step number={3} title={`Set up ${client.name}`}>
          <div className="flex flex-col gap-3">
            {client.notes(context).map((note) => (
              <Notice key={note} tone="info">
                {note}
              </Notice>
            ))}
            <SnippetTabs key={client.id} snippets={client.snippets(context)} />
            {models.length > 1 && client.snippets(context).some((snippet) => snippet.code.includes(model)) ? (
              <Field label="Model in the example" className="w-72">
                {(control) => (
                  <Select {...control} value={model} onChange={(event) => patch({ model: event.target.value })}>
                    {models.map((each) => (
                      <option key={each}>{each}</option>
                    ))}
                  </Select>
                )}
              </Field>
            ) : null}
          </div>
        </Step>
        <Step number={4} title="Send something">
          <FirstCall key={agent?.id} agent={agent} />
        </Step>
        <AllUrls config={config} agentId={agent?.id} />
      </div>
    </div>
  );
}

function CredentialChoice({
  client,
  credential,
  onChange,
}: {
  client: Client;
  credential: Credential;
  onChange: (credential: Credential) => void;
}) {
  const name = providerName(client.provider);
  return (
    <div className="flex flex-col gap-2">
      <Segmented
        label="Key"
        value={credential}
        onValueChange={onChange}
        options={[
          { value: 'provider', label: `Its own ${name} key` },
          { value: 'archestra', label: 'An API key of this server' },
        ]}
      />
      <p className="max-w-2xl text-sm text-text-2">
        {credential === 'provider' ? (
          `The key the client already has is passed on to ${name} untouched, and never stored here.`
        ) : (
          <>
            This server adds its own {name} key, set with{' '}
            <code className="font-mono text-xs">ARCHESTRA_CHAT_{client.provider.toUpperCase()}_API_KEY</code>. The
            client only needs an{' '}
            <Link to="/settings/api-keys" className="text-accent-text underline underline-offset-3">
              API key of this server
            </Link>
            .
          </>
        )}
      </p>
    </div>
  );
}

function AllUrls({ config, agentId }: { config: PublicConfig; agentId: string | undefined }) {
  return (
    <details className="rounded-lg border border-line">
      <summary className="cursor-pointer rounded-lg px-4 py-2.5 text-sm text-text-2 hover:text-text">
        Another client? All base URLs of this agent
      </summary>
      <dl className="divide-y divide-line border-t border-line text-sm">
        {PROVIDERS.map((provider) => {
          const url = proxyUrl(config.apiBaseUrl, provider.id, agentId);
          return (
            <div key={provider.id} className="flex items-center gap-4 px-4 py-2">
              <dt className="w-32 shrink-0 text-text-2">{provider.name}</dt>
              <dd className="flex min-w-0 flex-1 items-center gap-4">
                <span className="min-w-0 flex-1 truncate font-mono text-xs">{url}</span>
                <CopyButton text={url} label={`Copy the ${provider.name} URL`} />
              </dd>
            </div>
          );
        })}
      </dl>
    </details>
  );
}
