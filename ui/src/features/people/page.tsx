import { useQuery } from '@tanstack/react-query';
import { useNavigate, useSearch } from '@tanstack/react-router';
import { SearchX, UserPlus } from 'lucide-react';
import { useState } from 'react';
import type { Member } from '@/api/access';
import { Button } from '@/components/ui/button';
import { Card, CardHeader } from '@/components/ui/card';
import { SearchInput, Select } from '@/components/ui/input';
import { Notice } from '@/components/ui/notice';
import { SkeletonRows } from '@/components/ui/skeleton';
import { EmptyState, ErrorState } from '@/components/ui/states';
import { InviteDialog } from '@/features/invitations/form';
import { Invitations } from '@/features/invitations/table';
import { peopleQuery } from '@/features/people/queries';
import { RemovePersonDialog } from '@/features/people/remove-dialog';
import { GiveRoleDialog } from '@/features/people/role-dialog';
import type { PeopleSearch } from '@/features/people/search';
import { PeopleTable } from '@/features/people/table';
import { allPermissionsQuery, rolesQuery } from '@/features/roles/queries';
import { pluralize } from '@/lib/format';
import { useCan } from '@/shell/permissions';
import { publicConfigQuery } from '@/shell/queries';

export function PeoplePage() {
  const search = useSearch({ from: '/_app/settings/people' });
  const navigate = useNavigate({ from: '/settings/people' });
  const people = useQuery(peopleQuery);
  const config = useQuery(publicConfigQuery);
  // The dialogs show these at once.
  useQuery(rolesQuery);
  useQuery(allPermissionsQuery);
  const [promoted, setPromoted] = useState<Member | null>(null);
  const [doomed, setDoomed] = useState<Member | null>(null);
  const mayInvite = useCan('invitation', 'create') && config.data?.disableInvitations === false;
  const go = (change: PeopleSearch, replace = false) => void navigate({ search: { ...search, ...change }, replace });
  const all = people.data ?? [];
  const shown = all.filter((person) => isWanted(person, search));
  const roles = [...new Set(all.map(({ role }) => role))].sort();

  return (
    <>
      <title>People · Archestra</title>
      <Card aria-label="People">
        <CardHeader
          title="People"
          description="Who can sign in here, and what their role lets them do."
          actions={
            mayInvite ? (
              <Button variant="primary" size="sm" onClick={() => go({ invite: true })}>
                <UserPlus aria-hidden /> Invite
              </Button>
            ) : null
          }
        />
        <div className="flex flex-wrap items-center gap-3 px-4 pb-3">
          <SearchInput
            label="Search by name or email"
            value={search.search ?? ''}
            onValueChange={(text) => go({ search: text === '' ? undefined : text }, true)}
          />
          <Select
            aria-label="Role"
            className="w-40"
            value={search.role ?? ''}
            onChange={(event) => go({ role: event.target.value === '' ? undefined : event.target.value }, true)}
          >
            <option value="">Every role</option>
            {roles.map((role) => (
              <option key={role}>{role}</option>
            ))}
          </Select>
          <span className="ml-auto text-xs text-text-3 tnum">
            {people.data ? pluralize(shown.length, 'person', 'people') : ''}
          </span>
        </div>
        {people.isLoadingError ? (
          <ErrorState title="The people could not be read" error={people.error} onRetry={() => void people.refetch()} />
        ) : people.isPending ? (
          <SkeletonRows rows={4} />
        ) : shown.length === 0 ? (
          <EmptyState
            icon={SearchX}
            title="Nobody fits"
            className="border-t border-line"
            actions={<Button onClick={() => go({ search: undefined, role: undefined }, true)}>Show everybody</Button>}
          />
        ) : (
          <div className="border-t border-line">
            <PeopleTable people={shown} all={all} onGiveRole={setPromoted} onRemove={setDoomed} />
          </div>
        )}
      </Card>
      {config.data?.disableInvitations ? (
        <Notice tone="info">
          Invitations are switched off on this server. To invite people, unset{' '}
          <code className="font-mono text-xs">ARCHESTRA_AUTH_DISABLE_INVITATIONS</code> and restart; whoever signs in
          through an identity provider is added without one.
        </Notice>
      ) : config.data ? (
        <Invitations onInvite={() => go({ invite: true })} />
      ) : null}
      {search.invite && mayInvite ? <InviteDialog onClose={() => go({ invite: undefined })} /> : null}
      {promoted ? <GiveRoleDialog person={promoted} people={all} onClose={() => setPromoted(null)} /> : null}
      {doomed ? <RemovePersonDialog person={doomed} onClose={() => setDoomed(null)} /> : null}
    </>
  );
}

function isWanted({ name, email, role }: Member, search: PeopleSearch): boolean {
  const wanted = (search.search ?? '').toLowerCase();
  return (
    (search.role === undefined || role === search.role) &&
    (name.toLowerCase().includes(wanted) || email.toLowerCase().includes(wanted))
  );
}
