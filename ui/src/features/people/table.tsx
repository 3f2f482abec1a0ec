import { Link } from '@tanstack/react-router';
import { Ellipsis, ScanEye, ShieldHalf, UserMinus } from 'lucide-react';
import { useMemo } from 'react';
import type { Member } from '@/api/access';
import { Badge } from '@/components/ui/badge';
import { Button } from '@/components/ui/button';
import { type DataColumn, DataTable } from '@/components/ui/data-table';
import { Menu, MenuItem, MenuLabel, MenuSeparator } from '@/components/ui/menu';
import { RelativeTime } from '@/components/ui/time';
import { isLastAdministrator } from '@/features/people/administrators';
import { PersonName } from '@/features/people/person-name';
import { useCan } from '@/shell/permissions';

type Deeds = { onGiveRole: (person: Member) => void; onRemove: (person: Member) => void };
type Props = Deeds & { people: Member[]; all: Member[] };

export function PeopleTable({ people, all, onGiveRole, onRemove }: Props) {
  const mayUpdate = useCan('member', 'update');
  const mayRemove = useCan('member', 'delete');
  // The same columns for as long as they can be: new ones would close an open menu.
  const shown = useMemo(
    () => columns({ all, mayUpdate, mayRemove, onGiveRole, onRemove }),
    [all, mayUpdate, mayRemove, onGiveRole, onRemove],
  );
  return <DataTable caption="People" columns={shown} rows={people} rowId={({ id }) => id} />;
}

type Rights = Deeds & { all: Member[]; mayUpdate: boolean; mayRemove: boolean };

function columns(rights: Rights): DataColumn<Member>[] {
  return [
    { id: 'name', header: 'Name', cell: ({ row }) => <PersonName person={row.original} /> },
    { id: 'role', header: 'Role', cell: ({ row }) => <RoleBadge role={row.original.role} /> },
    { id: 'teams', header: 'Teams', cell: ({ row }) => <TeamBadges teams={row.original.teams} /> },
    {
      id: 'active',
      header: 'Last active',
      cell: ({ row }) =>
        row.original.lastActiveAt ? (
          <RelativeTime at={row.original.lastActiveAt} className="whitespace-nowrap text-text-2" />
        ) : (
          <span className="text-text-3">never</span>
        ),
    },
    {
      id: 'actions',
      header: () => <span className="sr-only">Actions</span>,
      meta: { align: 'right', className: 'w-12' },
      cell: ({ row }) => <PersonMenu person={row.original} {...rights} />,
    },
  ];
}

export function RoleBadge({ role }: { role: string }) {
  return <Badge tone={role === 'admin' ? 'accent' : 'neutral'}>{role}</Badge>;
}

const SHOWN_TEAMS = 3;

export function TeamBadges({ teams }: { teams: { id: string; name: string }[] }) {
  if (teams.length === 0) return <span className="text-text-3">–</span>;
  const more = teams.slice(SHOWN_TEAMS);
  return (
    <span className="flex max-w-64 flex-wrap gap-1">
      {teams.slice(0, SHOWN_TEAMS).map((team) => (
        <Link
          key={team.id}
          to="/settings/teams/$teamId"
          params={{ teamId: team.id }}
          className="max-w-full rounded hover:underline"
        >
          <Badge tone="outline">
            <span className="truncate">{team.name}</span>
          </Badge>
        </Link>
      ))}
      {more.length > 0 ? <Badge title={more.map(({ name }) => name).join(', ')}>+{more.length}</Badge> : null}
    </span>
  );
}

function PersonMenu({ person, all, mayUpdate, mayRemove, onGiveRole, onRemove }: Rights & { person: Member }) {
  const last = isLastAdministrator(person, all);
  return (
    <Menu
      trigger={
        <Button variant="ghost" size="iconSm" aria-label={`Actions for ${person.name || person.email}`}>
          <Ellipsis aria-hidden />
        </Button>
      }
    >
      <MenuItem asChild>
        <Link to="/settings/access" search={{ user: person.id }}>
          <ScanEye aria-hidden /> What can they do?
        </Link>
      </MenuItem>
      {mayUpdate ? (
        <MenuItem onSelect={() => onGiveRole(person)}>
          <ShieldHalf aria-hidden /> Change role
        </MenuItem>
      ) : null}
      {mayRemove ? (
        <>
          <MenuSeparator />
          <MenuItem danger disabled={last} onSelect={() => onRemove(person)}>
            <UserMinus aria-hidden /> Remove
          </MenuItem>
          {last ? (
            <MenuLabel>
              <span className="block max-w-52">The only administrator stays. Make somebody else one first.</span>
            </MenuLabel>
          ) : null}
        </>
      ) : null}
    </Menu>
  );
}
