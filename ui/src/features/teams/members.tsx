import { useQuery } from '@tanstack/react-query';
import { UserMinus, Users } from 'lucide-react';
import { type FormEvent, useMemo, useState } from 'react';
import type { Member, TeamMember } from '@/api/access';
import type { Team } from '@/api/mcp';
import { Badge } from '@/components/ui/badge';
import { Button } from '@/components/ui/button';
import { Card, CardHeader } from '@/components/ui/card';
import { type DataColumn, DataTable } from '@/components/ui/data-table';
import { Select } from '@/components/ui/input';
import { SkeletonRows } from '@/components/ui/skeleton';
import { causeOf, EmptyState, ErrorState } from '@/components/ui/states';
import { RelativeTime } from '@/components/ui/time';
import { showToast } from '@/components/ui/toast';
import { PersonName } from '@/features/people/person-name';
import { peopleQuery } from '@/features/people/queries';
import {
  teamMembersQuery,
  type TeamRole,
  useAddTeamMember,
  useChangeTeamMember,
  useRemoveTeamMember,
} from '@/features/teams/queries';

type Props = { team: Team; mayChange: boolean };

export function TeamMembers({ team, mayChange }: Props) {
  const members = useQuery(teamMembersQuery(team.id));
  const people = useQuery(peopleQuery);
  const change = useChangeTeamMember(team.id);
  const remove = useRemoveTeamMember(team.id);
  const [changeRole, removeMember] = [change.mutate, remove.mutate];
  // The same columns for as long as they can be: new ones would take the focus from what was chosen in.
  const shown = useMemo(
    () =>
      columns({
        people: people.data ?? [],
        mayChange,
        onRole: (userId, role) => changeRole({ userId, role }, { onError: failed('The role in the team stays') }),
        onRemove: (member) => removeMember(member.userId, { onError: failed('They are still in the team') }),
      }),
    [people.data, mayChange, changeRole, removeMember],
  );
  return (
    <Card aria-label="Members">
      <CardHeader
        title="Members"
        description="They see what is given to the team. Its administrators add and remove members too."
      />
      {mayChange && members.data && people.data ? (
        <AddMember team={team} people={people.data.filter(({ id }) => members.data.every((m) => m.userId !== id))} />
      ) : null}
      {members.isLoadingError ? (
        <ErrorState
          title="The members could not be read"
          error={members.error}
          onRetry={() => void members.refetch()}
        />
      ) : members.isPending ? (
        <SkeletonRows rows={3} />
      ) : members.data.length === 0 ? (
        <EmptyState icon={Users} title="Nobody is in this team" className="border-t border-line py-9" />
      ) : (
        <div className="border-t border-line">
          <DataTable caption={`Members of ${team.name}`} columns={shown} rows={members.data} rowId={({ id }) => id} />
        </div>
      )}
    </Card>
  );
}

function failed(title: string) {
  return (error: unknown) => showToast({ tone: 'bad', title, detail: causeOf(error) });
}

function AddMember({ team, people }: { team: Team; people: Member[] }) {
  const add = useAddTeamMember(team.id);
  const [chosen, setChosen] = useState('');
  const [role, setRole] = useState<TeamRole>('member');
  if (people.length === 0) return null;
  function submit(event: FormEvent) {
    event.preventDefault();
    add.mutate(
      { userId: chosen, role },
      {
        onSuccess: () => setChosen(''),
        onError: (error) => showToast({ tone: 'bad', title: 'They were not added', detail: causeOf(error) }),
      },
    );
  }
  return (
    <form onSubmit={submit} className="flex flex-wrap items-center gap-2 px-4 pb-3">
      <Select
        aria-label="Person to add"
        className="w-72 max-w-full"
        value={chosen}
        onChange={(event) => setChosen(event.target.value)}
      >
        <option value="">Add a person…</option>
        {people.map(({ id, name, email }) => (
          <option key={id} value={id}>
            {name && name !== email ? `${name} (${email})` : email}
          </option>
        ))}
      </Select>
      <Select
        aria-label="Role in the team"
        className="w-28"
        value={role}
        onChange={(event) => setRole(event.target.value === 'admin' ? 'admin' : 'member')}
      >
        <option>member</option>
        <option>admin</option>
      </Select>
      <Button type="submit" pending={add.isPending} disabled={chosen === ''}>
        Add
      </Button>
    </form>
  );
}

type Rights = {
  people: Member[];
  mayChange: boolean;
  onRole: (userId: string, role: TeamRole) => void;
  onRemove: (member: TeamMember) => void;
};

function columns({ people, mayChange, onRole, onRemove }: Rights): DataColumn<TeamMember>[] {
  const known = new Map(people.map((person) => [person.id, person]));
  const nameOf = ({ userId, name }: TeamMember) => name ?? known.get(userId)?.email ?? userId;
  return [
    {
      id: 'name',
      header: 'Name',
      cell: ({ row: { original: member } }) => (
        <PersonName person={known.get(member.userId) ?? { name: nameOf(member), email: '' }} />
      ),
    },
    {
      id: 'role',
      header: 'Role in the team',
      cell: ({ row: { original: member } }) =>
        mayChange ? (
          <Select
            aria-label={`Role of ${nameOf(member)} in the team`}
            className="w-28"
            value={member.role}
            onChange={(event) => onRole(member.userId, event.target.value === 'admin' ? 'admin' : 'member')}
          >
            <option>member</option>
            <option>admin</option>
          </Select>
        ) : (
          <Badge>{member.role}</Badge>
        ),
    },
    {
      id: 'since',
      header: 'Since',
      cell: ({ row: { original: member } }) => (
        <span className="flex items-center gap-2 whitespace-nowrap text-text-2">
          <RelativeTime at={member.createdAt} />
          {member.syncedFromSso ? (
            <Badge tone="accent" title="Their groups at the identity provider decide; each sign-in asks anew.">
              synced
            </Badge>
          ) : null}
        </span>
      ),
    },
    {
      id: 'actions',
      header: () => <span className="sr-only">Actions</span>,
      meta: { align: 'right', className: 'w-12' },
      cell: ({ row: { original: member } }) =>
        mayChange ? (
          <Button
            variant="ghost"
            size="iconSm"
            aria-label={`Remove ${nameOf(member)} from the team`}
            onClick={() => onRemove(member)}
          >
            <UserMinus aria-hidden />
          </Button>
        ) : null,
    },
  ];
}
