import { useQuery } from '@tanstack/react-query';
import { Link, useNavigate, useParams, useSearch } from '@tanstack/react-router';
import { ArrowLeft, RotateCw } from 'lucide-react';
import { Tabs } from 'radix-ui';
import { useState } from 'react';
import type { McpServer } from '@/api/mcp';
import { Badge } from '@/components/ui/badge';
import { Button, buttonClass } from '@/components/ui/button';
import { Card } from '@/components/ui/card';
import { Skeleton } from '@/components/ui/skeleton';
import { causeOf, ErrorState } from '@/components/ui/states';
import { showToast } from '@/components/ui/toast';
import { ConfigTab } from '@/features/mcp-servers/config-tab';
import { DeleteServerDialog } from '@/features/mcp-servers/delete-dialog';
import { useLiveServers } from '@/features/mcp-servers/live';
import { LogsTab } from '@/features/mcp-servers/logs-tab';
import { OverviewTab } from '@/features/mcp-servers/overview-tab';
import { serverQuery, useServerAction } from '@/features/mcp-servers/queries';
import { Reauthenticate } from '@/features/mcp-servers/reauthenticate';
import { RowMenu } from '@/features/mcp-servers/row-menu';
import { SERVER_TABS, type ServerTab } from '@/features/mcp-servers/search';
import { ownerOf, placeOf } from '@/features/mcp-servers/status';
import { StatusMark } from '@/features/mcp-servers/status-mark';
import { ToolsTab } from '@/features/mcp-servers/tools-tab';
import { UsageTab } from '@/features/mcp-servers/usage-tab';
import { InspectorPanel } from '@/features/tool-inspector/panel';
import { usePermitted } from '@/shell/permissions';

const LABELS: Record<ServerTab, string> = {
  overview: 'Overview',
  tools: 'Tools',
  logs: 'Logs',
  inspector: 'Inspector',
  config: 'Configuration',
  usage: 'Usage',
};

export function ServerPage() {
  const { serverId } = useParams({ from: '/_app/servers/$serverId' });
  const server = useQuery(serverQuery(serverId));
  useLiveServers();
  return (
    <div className="mx-auto flex w-full max-w-7xl flex-col px-4 py-5 md:px-6">
      <Link
        to="/servers"
        className="mb-2 inline-flex items-center gap-1 self-start text-xs text-text-3 hover:text-text hover:underline"
      >
        <ArrowLeft className="size-3.5" aria-hidden /> Servers
      </Link>
      {server.isLoadingError ? (
        <Card>
          <ErrorState
            heading="h1"
            title="This server could not be read"
            error={server.error}
            onRetry={() => void server.refetch()}
          />
        </Card>
      ) : server.isPending ? (
        <div role="status" aria-label="Loading the server" className="flex flex-col gap-4">
          <Skeleton className="h-8 w-64" />
          <Skeleton className="h-9" />
          <Skeleton className="h-72" />
        </div>
      ) : (
        <LoadedServer key={serverId} server={server.data} />
      )}
    </div>
  );
}

function LoadedServer({ server }: { server: McpServer }) {
  const search = useSearch({ from: '/_app/servers/$serverId' });
  const navigate = useNavigate();
  const [deleting, setDeleting] = useState(false);
  const tabs = SERVER_TABS.filter((tab) => tab !== 'logs' || server.serverType === 'local');
  const tab = search.tab ?? 'overview';
  return (
    <>
      <title>{`${server.name} · Archestra`}</title>
      <Header server={server} onDelete={() => setDeleting(true)} />
      {server.oauthRefreshError || search.reauthenticate !== undefined ? <Reauthenticate server={server} /> : null}
      <Tabs.Root
        value={tabs.find((each) => each === tab) ?? 'overview'}
        onValueChange={(next) =>
          void navigate({
            to: '.',
            search: next === 'overview' ? {} : { tab: SERVER_TABS.find((each) => each === next) },
            replace: true,
          })
        }
      >
        <Tabs.List
          aria-label="Parts of the server"
          className="mt-4 mb-5 flex gap-5 overflow-x-auto border-b border-line"
        >
          {tabs.map((each) => (
            <Tabs.Trigger
              key={each}
              value={each}
              className="-mb-px flex items-center gap-1.5 border-b-2 border-transparent py-2 text-sm whitespace-nowrap text-text-2 hover:text-text focus-visible:outline-offset-[-2px] data-[state=active]:border-accent data-[state=active]:font-medium data-[state=active]:text-text"
            >
              {LABELS[each]}
              {each === 'tools' ? (
                <span className="text-xs font-normal text-text-3 tnum">{server.toolCount}</span>
              ) : null}
              {each === 'tools' && server.pendingToolCount > 0 ? (
                <Badge tone="warn">{server.pendingToolCount} to review</Badge>
              ) : null}
            </Tabs.Trigger>
          ))}
        </Tabs.List>
        <Tabs.Content value="overview" className="outline-none">
          <OverviewTab server={server} />
        </Tabs.Content>
        <Tabs.Content value="tools" className="outline-none">
          <ToolsTab server={server} />
        </Tabs.Content>
        <Tabs.Content value="logs" className="outline-none">
          <LogsTab server={server} />
        </Tabs.Content>
        <Tabs.Content value="inspector" className="outline-none">
          <InspectorPanel server={server} toolName={search.tool} />
        </Tabs.Content>
        <Tabs.Content value="config" className="outline-none">
          <ConfigTab server={server} />
        </Tabs.Content>
        <Tabs.Content value="usage" className="outline-none">
          <UsageTab server={server} />
        </Tabs.Content>
      </Tabs.Root>
      {deleting ? (
        <DeleteServerDialog
          server={server}
          onClose={() => setDeleting(false)}
          onDeleted={() => void navigate({ to: '/servers' })}
        />
      ) : null}
    </>
  );
}

function Header({ server, onDelete }: { server: McpServer; onDelete: () => void }) {
  const action = useServerAction(server.id);
  const permitted = usePermitted();
  // Whoever may install servers may change their own.
  const mayUpdate = permitted('mcpServer', 'update') || permitted('mcpServer', 'create');
  return (
    <header className="flex flex-wrap items-start justify-between gap-x-6 gap-y-3">
      <div className="min-w-0">
        <h1 className="flex flex-wrap items-center gap-3 text-xl font-semibold tracking-tight">
          {server.name}
          <StatusMark server={server} className="text-sm font-normal tracking-normal" />
        </h1>
        <p className="mt-0.5 text-sm text-text-2">
          {[server.catalogName === server.name ? null : server.catalogName, placeOf(server), ownerOf(server)]
            .filter(Boolean)
            .join(' · ')}
        </p>
      </div>
      <div className="flex items-center gap-2">
        {server.serverType === 'local' && server.desired === 'running' ? (
          <Button
            disabled={!mayUpdate}
            pending={action.isPending}
            onClick={() =>
              action.mutate('restart', {
                onSuccess: () => showToast({ tone: 'ok', title: `${server.name} is restarting` }),
                onError: (error) =>
                  showToast({ tone: 'bad', title: 'It could not be restarted', detail: causeOf(error) }),
              })
            }
          >
            {action.isPending ? null : <RotateCw aria-hidden />} Restart
          </Button>
        ) : null}
        <Link to="/gateways" className={buttonClass({ variant: 'primary' })}>
          Give its tools to an agent
        </Link>
        <RowMenu server={server} onDelete={onDelete} />
      </div>
    </header>
  );
}
