import { useQuery } from '@tanstack/react-query';
import { Link, useNavigate, useParams } from '@tanstack/react-router';
import { ArrowLeft, Pencil, Trash2, Users } from 'lucide-react';
import { useState } from 'react';
import type { Team } from '@/api/mcp';
import { Button } from '@/components/ui/button';
import { Card, CardHeader } from '@/components/ui/card';
import { ConfirmDialog } from '@/components/ui/confirm-dialog';
import { SkeletonRows } from '@/components/ui/skeleton';
import { causeOf, EmptyState, ErrorState } from '@/components/ui/states';
import { showToast } from '@/components/ui/toast';
import { teamsQuery } from '@/features/mcp-servers/queries';
import { sessionQuery } from '@/features/sessions/queries';
import { ExternalGroups } from '@/features/teams/external-groups';
import { TeamDialog } from '@/features/teams/form';
import { TeamMembers } from '@/features/teams/members';
import { useDeleteTeam } from '@/features/teams/queries';
import { useCan } from '@/shell/permissions';

export function TeamPage() {
  const { teamId } = useParams({ from: '/_app/settings/teams/$teamId' });
  const teams = useQuery(teamsQuery);
  const team = teams.data?.find(({ id }) => id === teamId);
  return (
    <>
      <Link to="/settings/teams" className="flex w-fit items-center gap-1.5 text-sm text-text-2 hover:text-text">
        <ArrowLeft className="size-4" aria-hidden /> Teams
      </Link>
      {team ? (
        <Found team={team} />
      ) : (
        <Card>
          {teams.isLoadingError ? (
            <ErrorState title="The team could not be read" error={teams.error} onRetry={() => void teams.refetch()} />
          ) : teams.isPending ? (
            <SkeletonRows />
          ) : (
            <EmptyState icon={Users} title="There is no such team any more">
              Somebody may have deleted it.
            </EmptyState>
          )}
        </Card>
      )}
    </>
  );
}

function Found({ team }: { team: Team }) {
  const navigate = useNavigate();
  const session = useQuery(sessionQuery);
  const mayUpdate = useCan('team', 'update');
  const mayDelete = useCan('team', 'delete');
  const [editing, setEditing] = useState(false);
  const [deleting, setDeleting] = useState(false);
  // A team's own administrators add and remove members without the permission over all teams.
  const looksAfter = team.members.some(({ userId, role }) => userId === session.data?.user.id && role === 'admin');
  return (
    <>
      <title>{`${team.name} · Teams · Archestra`}</title>
      <Card>
        <CardHeader
          title={team.name}
          description={team.description ?? 'No description.'}
          actions={
            <>
              {mayUpdate ? (
                <Button size="sm" onClick={() => setEditing(true)}>
                  <Pencil aria-hidden /> Edit
                </Button>
              ) : null}
              {mayDelete ? (
                <Button size="sm" onClick={() => setDeleting(true)}>
                  <Trash2 aria-hidden /> Delete
                </Button>
              ) : null}
            </>
          }
        />
      </Card>
      <TeamMembers team={team} mayChange={mayUpdate || looksAfter} />
      <ExternalGroups team={team} mayChange={mayUpdate || looksAfter} />
      {editing ? <TeamDialog team={team} onClose={() => setEditing(false)} onSaved={() => setEditing(false)} /> : null}
      {deleting ? (
        <DeleteTeam
          team={team}
          onClose={() => setDeleting(false)}
          onDeleted={() => void navigate({ to: '/settings/teams' })}
        />
      ) : null}
    </>
  );
}

type DeleteProps = { team: Team; onClose: () => void; onDeleted: () => void };

function DeleteTeam({ team, onClose, onDeleted }: DeleteProps) {
  const remove = useDeleteTeam();
  return (
    <ConfirmDialog
      title={`Delete the team ${team.name}?`}
      confirmLabel="Delete team"
      typeToConfirm={team.name}
      pending={remove.isPending}
      error={remove.isError ? causeOf(remove.error) : null}
      onClose={onClose}
      onConfirm={() =>
        remove.mutate(team.id, {
          onSuccess: () => {
            showToast({ tone: 'ok', title: `The team ${team.name} was deleted` });
            onDeleted();
          },
        })
      }
    >
      Its members stay, but lose what only this team could see. This cannot be undone.
    </ConfirmDialog>
  );
}
