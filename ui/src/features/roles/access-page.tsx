import { useQuery } from '@tanstack/react-query';
import { useNavigate, useSearch } from '@tanstack/react-router';
import { Bot, ScanEye, Server } from 'lucide-react';
import type { ReactNode } from 'react';
import type { Permissions, Role, Seen, UserAccess } from '@/api/access';
import { Badge } from '@/components/ui/badge';
import { Card, CardHeader } from '@/components/ui/card';
import { Field } from '@/components/ui/field';
import { Select } from '@/components/ui/input';
import { Segmented } from '@/components/ui/segmented';
import { SkeletonRows } from '@/components/ui/skeleton';
import { EmptyState, ErrorState } from '@/components/ui/states';
import { peopleQuery } from '@/features/people/queries';
import { describeRole } from '@/features/roles/describe';
import { PermissionMatrix } from '@/features/roles/matrix';
import { accessQuery, allPermissionsQuery, rolesQuery } from '@/features/roles/queries';
import { pluralize } from '@/lib/format';

const KINDS = [
  { value: 'user', label: 'A person' },
  { value: 'role', label: 'A role' },
] as const;

/** “What can X do?”, and why. */
export function AccessPage() {
  const search = useSearch({ from: '/_app/settings/access' });
  const navigate = useNavigate({ from: '/settings/access' });
  const people = useQuery(peopleQuery);
  const roles = useQuery(rolesQuery);
  const kind = search.role === undefined ? 'user' : 'role';
  const user = search.user ?? people.data?.find(({ isSelf }) => isSelf)?.id;
  return (
    <>
      <title>What can X do? · Archestra</title>
      <Card>
        <CardHeader
          title="What can X do?"
          description="What somebody may do in the end, what they see, and the reason for each."
        />
        <div className="flex flex-wrap items-end gap-4 px-4 pb-4">
          <Segmented
            label="Whom to look at"
            value={kind}
            options={KINDS}
            onValueChange={(next) => void navigate({ search: next === 'role' ? { role: 'member' } : {} })}
          />
          {kind === 'user' ? (
            <Field label="Person" className="w-72">
              {(control) => (
                <Select
                  {...control}
                  value={user ?? ''}
                  onChange={(event) => void navigate({ search: { user: event.target.value }, replace: true })}
                >
                  {people.data?.map(({ id, name, email }) => (
                    <option key={id} value={id}>
                      {name && name !== email ? `${name} (${email})` : email}
                    </option>
                  ))}
                </Select>
              )}
            </Field>
          ) : (
            <Field label="Role" className="w-72">
              {(control) => (
                <Select
                  {...control}
                  value={search.role}
                  onChange={(event) => void navigate({ search: { role: event.target.value }, replace: true })}
                >
                  {roles.data?.map(({ id, name }) => (
                    <option key={id}>{name}</option>
                  ))}
                </Select>
              )}
            </Field>
          )}
        </div>
      </Card>
      {kind === 'role' ? (
        <OfRole name={search.role} />
      ) : user !== undefined ? (
        <OfPerson id={user} />
      ) : people.isLoadingError ? (
        <Card>
          <ErrorState title="The people could not be read" error={people.error} onRetry={() => void people.refetch()} />
        </Card>
      ) : (
        <Card>
          <SkeletonRows />
        </Card>
      )}
    </>
  );
}

function OfRole({ name }: { name: string | undefined }) {
  const roles = useQuery(rolesQuery);
  const role = roles.data?.find((each) => each.name === name);
  if (role === undefined) {
    return (
      <Card>
        {roles.isLoadingError ? (
          <ErrorState title="The roles could not be read" error={roles.error} onRetry={() => void roles.refetch()} />
        ) : roles.isPending ? (
          <SkeletonRows />
        ) : (
          <EmptyState icon={ScanEye} title="There is no such role">
            Choose another one above.
          </EmptyState>
        )}
      </Card>
    );
  }
  return (
    <Permitted
      permissions={role.permission}
      why={
        <>
          The role itself permits this, to{' '}
          {role.memberCount === 0 ? 'nobody yet' : pluralize(role.memberCount, 'member')}. What they see depends on
          their teams.
        </>
      }
    />
  );
}

function OfPerson({ id }: { id: string }) {
  const access = useQuery(accessQuery(id));
  const roles = useQuery(rolesQuery);
  if (access.isLoadingError || access.isPending) {
    return (
      <Card>
        {access.isLoadingError ? (
          <ErrorState
            title="Their access could not be read"
            error={access.error}
            onRetry={() => void access.refetch()}
          />
        ) : (
          <SkeletonRows />
        )}
      </Card>
    );
  }
  const { user, permissions, agents, mcpServers } = access.data;
  return (
    <>
      <Permitted permissions={permissions} why={<WhyPerson access={access.data} roles={roles.data} />} />
      <Objects
        title="Agents they see"
        icon={Bot}
        objects={agents}
        none={permissions['profile']?.includes('read') ? 'No agent is given to them.' : 'Their role reads no agents.'}
        userName={user.name || user.email}
      />
      <Objects
        title="MCP servers they see"
        icon={Server}
        objects={mcpServers}
        none={
          permissions['mcpServer']?.includes('read') ? 'No server is given to them.' : 'Their role reads no servers.'
        }
        userName={user.name || user.email}
      />
    </>
  );
}

function WhyPerson({ access: { user }, roles }: { access: UserAccess; roles: Role[] | undefined }) {
  const role = roles?.find(({ name }) => name === user.role);
  return (
    <>
      Because {user.name || user.email} has the role <strong className="font-medium text-text">{user.role}</strong>
      {role ? `: ${describeRole(role, undefined).replace(/\.$/, '').toLowerCase()}` : ''}.{' '}
      {user.teams.length === 0
        ? 'They are in no team.'
        : `They are in ${user.teams.map(({ name }) => name).join(', ')}; teams add nothing to what one may do, only to what one sees.`}
    </>
  );
}

function Permitted({ permissions, why }: { permissions: Permissions; why: ReactNode }) {
  const all = useQuery(allPermissionsQuery);
  return (
    <Card aria-label="Permissions">
      <CardHeader title="Permissions" description={why} />
      <div className="border-t border-line">
        {all.data ? (
          <PermissionMatrix caption="Permissions" all={all.data} value={permissions} />
        ) : all.isLoadingError ? (
          <ErrorState title="The permissions could not be read" error={all.error} onRetry={() => void all.refetch()} />
        ) : (
          <SkeletonRows />
        )}
      </div>
    </Card>
  );
}

type ObjectsProps = { title: string; icon: typeof Bot; objects: Seen[]; none: string; userName: string };

function Objects({ title, icon, objects, none, userName }: ObjectsProps) {
  return (
    <Card aria-label={title}>
      <CardHeader title={title} description={objects.length > 0 ? `${objects.length} in all.` : undefined} />
      {objects.length === 0 ? (
        <EmptyState icon={icon} title={none} className="border-t border-line py-9" />
      ) : (
        <ul
          tabIndex={0}
          aria-label={title}
          className="max-h-96 divide-y divide-line overflow-y-auto border-t border-line"
        >
          {objects.map((object) => (
            <li key={object.id} className="flex items-center gap-3 px-4 py-2 text-sm">
              <span className="min-w-0 flex-1 truncate font-medium">{object.name}</span>
              <Reason object={object} userName={userName} />
            </li>
          ))}
        </ul>
      )}
    </Card>
  );
}

function Reason({ object: { reason, teams }, userName }: { object: Seen; userName: string }) {
  switch (reason) {
    case 'everybody':
      return <Badge>everybody sees it</Badge>;
    case 'team':
      return <Badge tone="accent">through {teams.join(', ')}</Badge>;
    case 'own':
      return <Badge tone="ok">belongs to {userName}</Badge>;
    case 'admin':
      return <Badge tone="warn">the role sees all</Badge>;
  }
}
