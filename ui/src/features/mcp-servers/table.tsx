import { Link, useNavigate } from '@tanstack/react-router';
import { FileDiff, RefreshCw } from 'lucide-react';
import type { McpServer } from '@/api/mcp';
import { Badge } from '@/components/ui/badge';
import { type DataColumn, DataTable } from '@/components/ui/data-table';
import { Sparkline } from '@/components/ui/sparkline';
import { RowMenu } from '@/features/mcp-servers/row-menu';
import type { ServersSearch } from '@/features/mcp-servers/search';
import { activityOf, byUrgency, ownerOf, placeOf } from '@/features/mcp-servers/status';
import { StatusMark, StepBar } from '@/features/mcp-servers/status-mark';
import { asSentence, formatCompact, formatDuration, pluralize } from '@/lib/format';

type Props = {
  rows: McpServer[];
  search: ServersSearch;
  onSearchChange: (change: ServersSearch) => void;
  onDelete: (server: McpServer) => void;
};

export function ServersTable({ rows, search, onSearchChange, onDelete }: Props) {
  const navigate = useNavigate();
  return (
    <DataTable
      caption="MCP servers"
      rows={search.by === undefined ? [...rows].sort(byUrgency) : rows}
      rowId={(server) => server.id}
      columns={columns(onDelete)}
      sorting={search.by === undefined ? [] : [{ id: search.by, desc: search.down ?? false }]}
      onSortingChange={([first]) => {
        if (first) onSearchChange({ by: first.id, down: first.desc || undefined });
      }}
      onRowClick={(server) => void navigate({ to: '/servers/$serverId', params: { serverId: server.id } })}
    />
  );
}

function columns(onDelete: (server: McpServer) => void): DataColumn<McpServer>[] {
  return [
    {
      id: 'name',
      accessorFn: (server) => server.name,
      header: 'Server',
      cell: ({ row }) => <ServerName server={row.original} />,
    },
    {
      id: 'status',
      header: 'Status',
      enableSorting: false,
      meta: { className: 'w-56' },
      cell: ({ row }) => <StatusCell server={row.original} />,
    },
    {
      id: 'place',
      accessorFn: placeOf,
      header: 'Runs in',
      meta: { className: 'whitespace-nowrap' },
      cell: ({ row }) => (
        <div>
          {placeOf(row.original)}
          <span className="block text-xs text-text-3">{ownerOf(row.original)}</span>
        </div>
      ),
    },
    {
      id: 'tools',
      accessorFn: (server) => server.toolCount,
      header: 'Tools',
      meta: { align: 'right' },
      cell: ({ row }) => (
        <span className="inline-flex items-center gap-1.5">
          {row.original.pendingToolCount > 0 ? (
            <Badge tone="warn" title="A tool's description or schema changed; it is paused until you have looked">
              <FileDiff aria-hidden /> {row.original.pendingToolCount} changed
            </Badge>
          ) : null}
          {row.original.toolCount}
        </span>
      ),
    },
    {
      id: 'calls',
      accessorFn: (server) => server.usage.calls,
      header: 'Calls, 24 h',
      meta: { align: 'right', className: 'whitespace-nowrap' },
      cell: ({ row }) => <CallsCell server={row.original} />,
    },
    {
      id: 'p95',
      accessorFn: (server) => server.usage.p95Ms ?? -1,
      header: 'p95',
      meta: { align: 'right', className: 'whitespace-nowrap' },
      cell: ({ row }) => formatDuration(row.original.usage.p95Ms),
    },
    {
      id: 'errors',
      accessorFn: (server) => server.usage.errors,
      header: 'Errors',
      meta: { align: 'right' },
      cell: ({ row }) => (
        <span className={row.original.usage.errors > 0 ? 'font-medium text-bad-text' : 'text-text-3'}>
          {formatCompact(row.original.usage.errors)}
        </span>
      ),
    },
    {
      id: 'actions',
      header: () => <span className="sr-only">Actions</span>,
      enableSorting: false,
      meta: { align: 'right', className: 'w-12' },
      cell: ({ row }) => <RowMenu server={row.original} onDelete={onDelete} />,
    },
  ];
}

function ServerName({ server }: { server: McpServer }) {
  return (
    <div className="min-w-44">
      <span className="flex items-center gap-2">
        <Link to="/servers/$serverId" params={{ serverId: server.id }} className="font-medium hover:underline">
          {server.name}
        </Link>
        {server.reinstallRequired ? (
          <Badge tone="warn" title="Its catalogue entry was changed after it was installed">
            <RefreshCw aria-hidden /> Reinstall
          </Badge>
        ) : null}
        {server.oauthRefreshError ? <Badge tone="bad">Sign in again</Badge> : null}
      </span>
      {server.catalogName && server.catalogName !== server.name ? (
        <span className="block truncate text-xs text-text-3">{server.catalogName}</span>
      ) : null}
    </div>
  );
}

function StatusCell({ server }: { server: McpServer }) {
  const detail = server.localInstallationStatus === 'error' ? server.localInstallationError : activityOf(server);
  return (
    <div className="flex w-56 flex-col gap-1">
      <span className="flex items-center gap-2">
        <StatusMark server={server} />
        {server.restarts > 0 ? (
          <span className="text-xs text-warn-text">{pluralize(server.restarts, 'restart')}</span>
        ) : null}
      </span>
      {detail && server.localInstallationStatus !== 'success' ? (
        <span className="line-clamp-2 text-xs text-text-3" title={detail}>
          {asSentence(detail)}
        </span>
      ) : null}
      {server.localInstallationStatus === 'pending' ? <StepBar progress={server.progress} /> : null}
    </div>
  );
}

function CallsCell({ server }: { server: McpServer }) {
  const { calls, series } = server.usage;
  return (
    <span className="inline-flex items-center gap-3">
      {calls > 0 ? (
        <Sparkline values={series} label={`${pluralize(calls, 'call')} over the last 24 hours`} className="h-5 w-16" />
      ) : null}
      <span className={calls === 0 ? 'text-text-3' : undefined}>{formatCompact(calls)}</span>
    </span>
  );
}
