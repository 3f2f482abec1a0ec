import { useQuery } from '@tanstack/react-query';
import { Link, useNavigate, useSearch } from '@tanstack/react-router';
import { Plus, Users } from 'lucide-react';
import type { Team } from '@/api/mcp';
import { Button } from '@/components/ui/button';
import { Card, CardHeader } from '@/components/ui/card';
import { type DataColumn, DataTable } from '@/components/ui/data-table';
import { SkeletonRows } from '@/components/ui/skeleton';
import { EmptyState, ErrorState } from '@/components/ui/states';
import { RelativeTime } from '@/components/ui/time';
import { teamsQuery } from '@/features/mcp-servers/queries';
import { TeamDialog } from '@/features/teams/form';
import { useCan } from '@/shell/permissions';

const COLUMNS: DataColumn<Team>[] = [
  {
    id: 'name',
    header: 'Name',
    cell: ({ row: { original: team } }) => (
      <span className="block max-w-lg min-w-0">
        <Link
          to="/settings/teams/$teamId"
          params={{ teamId: team.id }}
          className="font-medium text-accent-text hover:underline"
        >
          {team.name}
        </Link>
        {team.description ? <span className="block truncate text-xs text-text-3">{team.description}</span> : null}
      </span>
    ),
  },
  {
    id: 'members',
    header: 'Members',
    meta: { align: 'right' },
    cell: ({ row }) =>
      row.original.members.length === 0 ? <span className="text-text-3">nobody</span> : row.original.members.length,
  },
  {
    id: 'created',
    header: 'Created',
    cell: ({ row }) => <RelativeTime at={row.original.createdAt} className="whitespace-nowrap text-text-2" />,
  },
];

export function TeamsPage() {
  const teams = useQuery(teamsQuery);
  const { create } = useSearch({ from: '/_app/settings/teams/' });
  const navigate = useNavigate({ from: '/settings/teams/' });
  const mayCreate = useCan('team', 'create');
  const setCreating = (creating: boolean) => void navigate({ search: creating ? { create: true } : {} });
  return (
    <Card>
      <title>Teams · Archestra</title>
      <CardHeader
        title="Teams"
        description="What is given to a team only its members see. What is given to no team everybody sees."
        actions={
          mayCreate ? (
            <Button variant="primary" size="sm" onClick={() => setCreating(true)}>
              <Plus aria-hidden /> Create team
            </Button>
          ) : null
        }
      />
      {teams.isLoadingError ? (
        <ErrorState title="The teams could not be read" error={teams.error} onRetry={() => void teams.refetch()} />
      ) : teams.isPending ? (
        <SkeletonRows rows={3} />
      ) : teams.data.length === 0 ? (
        <EmptyState
          icon={Users}
          title="No teams yet"
          className="border-t border-line"
          actions={mayCreate ? <Button onClick={() => setCreating(true)}>Create the first team</Button> : null}
        >
          With a team you decide who sees an agent, an MCP server or a provider key.
        </EmptyState>
      ) : (
        <div className="border-t border-line">
          <DataTable caption="Teams" columns={COLUMNS} rows={teams.data} rowId={({ id }) => id} />
        </div>
      )}
      {create && mayCreate ? (
        <TeamDialog
          team={null}
          onClose={() => setCreating(false)}
          onSaved={({ id }) => void navigate({ to: '/settings/teams/$teamId', params: { teamId: id } })}
        />
      ) : null}
    </Card>
  );
}
