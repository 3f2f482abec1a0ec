import { useQuery } from '@tanstack/react-query';
import { Link, useNavigate } from '@tanstack/react-router';
import { Copy, Ellipsis, Pencil, Plug, ScrollText, Star, Trash2 } from 'lucide-react';
import type { Agent } from '@/api/types';
import { Badge } from '@/components/ui/badge';
import { Button } from '@/components/ui/button';
import { type DataColumn, DataTable } from '@/components/ui/data-table';
import { Menu, MenuItem, MenuLabel, MenuSeparator } from '@/components/ui/menu';
import { causeOf } from '@/components/ui/states';
import { RelativeTime } from '@/components/ui/time';
import { showToast } from '@/components/ui/toast';
import { PROVIDERS, proxyUrl } from '@/features/agents/proxy-urls';
import { useUpdateAgent } from '@/features/agents/queries';
import type { AgentsSearch } from '@/features/agents/search';
import { copyText } from '@/lib/clipboard';
import { useCan } from '@/shell/permissions';
import { publicConfigQuery } from '@/shell/queries';

type Props = {
  rows: Agent[];
  search: AgentsSearch;
  onSearchChange: (change: AgentsSearch) => void;
  onDelete: (agent: Agent) => void;
};

export function AgentsTable({ rows, search, onSearchChange, onDelete }: Props) {
  const navigate = useNavigate();
  return (
    <DataTable
      caption="Agents"
      rows={rows}
      rowId={(agent) => agent.id}
      columns={columns(onDelete)}
      manualSorting
      sorting={[{ id: search.sort ?? 'name', desc: search.dir === 'desc' }]}
      onSortingChange={([first]) => {
        if (first)
          onSearchChange({ sort: first.id as AgentsSearch['sort'], dir: first.desc ? 'desc' : 'asc', page: undefined });
      }}
      onRowClick={(agent) => void navigate({ to: '/agents/$agentId', params: { agentId: agent.id }, search })}
    />
  );
}

function columns(onDelete: (agent: Agent) => void): DataColumn<Agent>[] {
  return [
    {
      id: 'name',
      accessorFn: (agent) => agent.name,
      header: 'Name',
      cell: ({ row }) => <AgentName agent={row.original} />,
    },
    {
      id: 'labels',
      header: 'Labels',
      enableSorting: false,
      meta: { className: 'max-w-72' },
      cell: ({ row }) => (
        <div className="flex flex-wrap gap-1">
          {row.original.labels.map((label) => (
            <Badge key={label.key} tone="outline">
              <span className="text-text-3">{label.key}</span> {label.value}
            </Badge>
          ))}
        </div>
      ),
    },
    {
      id: 'lastUsedAt',
      header: 'Last call',
      enableSorting: false,
      meta: { className: 'whitespace-nowrap' },
      cell: ({ row }) =>
        row.original.lastUsedAt ? (
          <RelativeTime at={row.original.lastUsedAt} />
        ) : (
          <span className="text-text-3">never</span>
        ),
    },
    {
      id: 'updatedAt',
      accessorFn: (agent) => agent.updatedAt,
      header: 'Changed',
      meta: { className: 'whitespace-nowrap' },
      cell: ({ row }) => <RelativeTime at={row.original.updatedAt} className="text-text-2" />,
    },
    {
      id: 'createdAt',
      accessorFn: (agent) => agent.createdAt,
      header: 'Created',
      meta: { className: 'whitespace-nowrap' },
      cell: ({ row }) => <RelativeTime at={row.original.createdAt} className="text-text-2" />,
    },
    {
      id: 'actions',
      header: () => <span className="sr-only">Actions</span>,
      enableSorting: false,
      meta: { align: 'right', className: 'w-12' },
      cell: ({ row }) => <RowMenu agent={row.original} onDelete={onDelete} />,
    },
  ];
}

function AgentName({ agent }: { agent: Agent }) {
  return (
    <div className="min-w-40">
      <span className="flex items-center gap-2">
        <Link to="/agents/$agentId" params={{ agentId: agent.id }} className="font-medium hover:underline">
          {agent.name}
        </Link>
        {agent.isDefault ? (
          <Badge tone="accent">
            <Star aria-hidden /> Default
          </Badge>
        ) : null}
      </span>
      {agent.description ? <span className="line-clamp-1 text-xs text-text-3">{agent.description}</span> : null}
    </div>
  );
}

function RowMenu({ agent, onDelete }: { agent: Agent; onDelete: (agent: Agent) => void }) {
  const { data: config } = useQuery(publicConfigQuery);
  const update = useUpdateAgent(agent.id);
  const navigate = useNavigate();
  const mayUpdate = useCan('profile', 'update');
  const mayDelete = useCan('profile', 'delete');
  async function copy(text: string, what: string) {
    if (await copyText(text)) showToast({ tone: 'ok', title: `${what} copied` });
  }
  return (
    <Menu
      className="w-60"
      trigger={
        <Button variant="ghost" size="iconSm" aria-label={`Actions for ${agent.name}`}>
          <Ellipsis aria-hidden />
        </Button>
      }
    >
      <MenuItem onSelect={() => void navigate({ to: '/agents/$agentId', params: { agentId: agent.id } })}>
        <Pencil aria-hidden /> Edit
      </MenuItem>
      <MenuItem onSelect={() => void navigate({ to: '/connect', search: { agent: agent.id } })}>
        <Plug aria-hidden /> Connect a client
      </MenuItem>
      <MenuItem onSelect={() => void navigate({ to: '/logs', search: { agentId: agent.id } })}>
        <ScrollText aria-hidden /> See its calls
      </MenuItem>
      <MenuItem
        disabled={agent.isDefault || !mayUpdate}
        onSelect={() =>
          update.mutate(
            { isDefault: true },
            {
              onSuccess: () => showToast({ tone: 'ok', title: `${agent.name} is the default now` }),
              onError: (error) =>
                showToast({ tone: 'bad', title: 'Could not be made the default', detail: causeOf(error) }),
            },
          )
        }
      >
        <Star aria-hidden /> Make it the default
      </MenuItem>
      <MenuSeparator />
      <MenuLabel>Copy</MenuLabel>
      {PROVIDERS.map((provider) => (
        <MenuItem
          key={provider.id}
          disabled={!config}
          onSelect={() =>
            config && void copy(proxyUrl(config.apiBaseUrl, provider.id, agent.id), `${provider.name} URL`)
          }
        >
          <Copy aria-hidden /> {provider.name} base URL
        </MenuItem>
      ))}
      <MenuItem onSelect={() => void copy(agent.id, 'Agent id')}>
        <Copy aria-hidden /> Agent id
      </MenuItem>
      <MenuSeparator />
      <MenuItem danger disabled={agent.isDefault || !mayDelete} onSelect={() => onDelete(agent)}>
        <Trash2 aria-hidden /> Delete…
      </MenuItem>
    </Menu>
  );
}
