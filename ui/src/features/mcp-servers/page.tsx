import { useQuery } from '@tanstack/react-query';
import { Link, useNavigate, useSearch } from '@tanstack/react-router';
import { Plus, SearchX, Server } from 'lucide-react';
import { useState } from 'react';
import type { McpServer } from '@/api/mcp';
import { Button, buttonClass } from '@/components/ui/button';
import { Card } from '@/components/ui/card';
import { SearchInput } from '@/components/ui/input';
import { Segmented } from '@/components/ui/segmented';
import { SkeletonRows } from '@/components/ui/skeleton';
import { EmptyState, ErrorState } from '@/components/ui/states';
import { DeleteServerDialog } from '@/features/mcp-servers/delete-dialog';
import { useLiveServers } from '@/features/mcp-servers/live';
import { serversQuery } from '@/features/mcp-servers/queries';
import { type ServersSearch, STATES } from '@/features/mcp-servers/search';
import { ownerOf, placeOf, serverLook } from '@/features/mcp-servers/status';
import { ServersTable } from '@/features/mcp-servers/table';
import { pluralize } from '@/lib/format';
import { Page } from '@/shell/page';

const STATE_LABELS = { running: 'Running', working: 'Starting', stopped: 'Stopped', failed: 'Failed' };

export function ServersPage() {
  const search = useSearch({ from: '/_app/servers/' });
  const navigate = useNavigate({ from: '/servers/' });
  const servers = useQuery(serversQuery);
  const live = useLiveServers();
  const [doomed, setDoomed] = useState<McpServer | null>(null);
  const patch = (change: ServersSearch) =>
    void navigate({ to: '.', search: (old) => ({ ...old, ...change }), replace: true });
  const shown = servers.data?.filter((server) => matches(server, search)) ?? [];

  return (
    <Page
      title="Servers"
      description="The MCP servers that are installed, wherever they run."
      actions={
        <Link to="/catalog" className={buttonClass({ variant: 'primary' })}>
          <Plus aria-hidden /> Install a server
        </Link>
      }
    >
      <div className="flex flex-wrap items-center gap-3">
        <SearchInput
          label="Search servers"
          value={search.q ?? ''}
          onValueChange={(q) => patch({ q: q === '' ? undefined : q })}
        />
        <StateFilter servers={servers.data ?? []} search={search} onChange={patch} />
        <span className="ml-auto flex items-center gap-3 text-xs text-text-3 tnum">
          {servers.data ? pluralize(shown.length, 'server') : ''}
          <span className="flex items-center gap-1.5" title={live ? 'States come as they change' : 'Connecting'}>
            <span aria-hidden className={live ? 'size-1.5 rounded-full bg-ok' : 'size-1.5 rounded-full bg-text-3'} />
            {live ? 'Live' : 'Not live'}
          </span>
        </span>
      </div>
      <Card>
        {servers.isLoadingError ? (
          <ErrorState
            title="The servers could not be read"
            error={servers.error}
            onRetry={() => void servers.refetch()}
          />
        ) : servers.isPending ? (
          <SkeletonRows />
        ) : servers.data.length === 0 ? (
          <NoServers />
        ) : shown.length === 0 ? (
          <EmptyState
            icon={SearchX}
            title="No server matches"
            actions={<Button onClick={() => patch({ q: undefined, state: undefined })}>Show all servers</Button>}
          />
        ) : (
          <ServersTable rows={shown} search={search} onSearchChange={patch} onDelete={setDoomed} />
        )}
      </Card>
      {doomed ? <DeleteServerDialog server={doomed} onClose={() => setDoomed(null)} /> : null}
    </Page>
  );
}

type FilterProps = { servers: McpServer[]; search: ServersSearch; onChange: (change: ServersSearch) => void };

/** Only the states that occur, each with its count. */
function StateFilter({ servers, search, onChange }: FilterProps) {
  const count = (state: string) => servers.filter((server) => serverLook(server).state === state).length;
  const present = STATES.filter((state) => count(state) > 0 || search.state === state);
  if (present.length < 2 && search.state === undefined) return null;
  return (
    <Segmented
      label="State"
      value={search.state ?? 'all'}
      onValueChange={(state) => onChange({ state: state === 'all' ? undefined : state })}
      options={[
        { value: 'all' as const, label: 'All' },
        ...present.map((state) => ({ value: state, label: `${STATE_LABELS[state]} ${count(state)}` })),
      ]}
    />
  );
}

function NoServers() {
  return (
    <EmptyState
      icon={Server}
      title="No server is installed yet"
      actions={
        <>
          <Link to="/catalog" search={{ source: 'builtin' }} className={buttonClass({ variant: 'primary' })}>
            Choose from the catalogue
          </Link>
          <Link to="/catalog/paste" className={buttonClass()}>
            Paste a configuration
          </Link>
        </>
      }
    >
      Pick one, answer what it asks, and its tools can be given to an agent.
    </EmptyState>
  );
}

function matches(server: McpServer, search: ServersSearch): boolean {
  if (search.state !== undefined && serverLook(server).state !== search.state) return false;
  const words = (search.q ?? '').toLowerCase().split(/\s+/).filter(Boolean);
  const text = [server.name, server.catalogName, placeOf(server), ownerOf(server)].join(' ').toLowerCase();
  return words.every((word) => text.includes(word));
}
