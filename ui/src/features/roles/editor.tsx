import { useQuery } from '@tanstack/react-query';
import { Link, useNavigate, useParams, useSearch } from '@tanstack/react-router';
import { ArrowLeft, Copy } from 'lucide-react';
import { type FormEvent, type ReactNode, useState } from 'react';
import type { Permissions, Role } from '@/api/access';
import { Badge } from '@/components/ui/badge';
import { Button, buttonClass } from '@/components/ui/button';
import { Card, CardHeader } from '@/components/ui/card';
import { Field } from '@/components/ui/field';
import { Input } from '@/components/ui/input';
import { Kbd } from '@/components/ui/kbd';
import { Notice } from '@/components/ui/notice';
import { SkeletonRows } from '@/components/ui/skeleton';
import { causeOf, ErrorState } from '@/components/ui/states';
import { showToast } from '@/components/ui/toast';
import { describeRole } from '@/features/roles/describe';
import { PermissionMatrix } from '@/features/roles/matrix';
import { countOf, within } from '@/features/roles/permissions';
import { allPermissionsQuery, rolesQuery, useSaveRole } from '@/features/roles/queries';
import { focusFirstFault } from '@/lib/first-fault';
import { pluralize } from '@/lib/format';
import { useCan } from '@/shell/permissions';
import { permissionsQuery } from '@/shell/queries';

export function NewRolePage() {
  const { from } = useSearch({ from: '/_app/settings/roles/new' });
  return (
    <WithRoles>
      {({ roles, ...known }) => {
        const model = roles.find(({ name }) => name === from);
        const draft = within(model?.permission ?? {}, known.own);
        return <RoleForm key={from ?? ''} role={null} draft={draft} {...known} />;
      }}
    </WithRoles>
  );
}

export function RolePage() {
  const { roleId } = useParams({ from: '/_app/settings/roles/$roleId' });
  const mayChange = useCan('organization', 'update');
  return (
    <WithRoles>
      {({ roles, ...known }) => {
        const role = roles.find(({ id }) => id === roleId);
        if (role === undefined) {
          return (
            <p className="px-4 pb-4 text-sm text-text-2">
              There is no such role any more. Somebody may have deleted it.
            </p>
          );
        }
        return role.predefined || !mayChange ? (
          <ShownRole role={role} all={known.all} mayChange={mayChange} />
        ) : (
          <RoleForm key={role.id} role={role} draft={role.permission} {...known} />
        );
      }}
    </WithRoles>
  );
}

type Known = { roles: Role[]; all: Permissions; own: Permissions };

function WithRoles({ children }: { children: (known: Known) => ReactNode }) {
  const roles = useQuery(rolesQuery);
  const all = useQuery(allPermissionsQuery);
  const own = useQuery(permissionsQuery);
  const failed = [roles, all, own].find(({ isLoadingError }) => isLoadingError);
  return (
    <div className="flex flex-col gap-3">
      <Link to="/settings/roles" className="flex w-fit items-center gap-1.5 text-sm text-text-2 hover:text-text">
        <ArrowLeft className="size-4" aria-hidden /> Roles
      </Link>
      <Card>
        {failed ? (
          <ErrorState title="The role could not be read" error={failed.error} onRetry={() => void failed.refetch()} />
        ) : roles.data && all.data && own.data ? (
          children({ roles: roles.data, all: all.data, own: own.data })
        ) : (
          <SkeletonRows rows={8} />
        )}
      </Card>
    </div>
  );
}

function ShownRole({ role, all, mayChange }: { role: Role; all: Permissions; mayChange: boolean }) {
  return (
    <>
      <title>{`${role.name} · Roles · Archestra`}</title>
      <CardHeader
        title={
          <span className="flex items-center gap-2">
            {role.name} {role.predefined ? <Badge tone="outline">built in</Badge> : null}
          </span>
        }
        description={describeRole(role, all)}
        actions={
          mayChange ? (
            <Link to="/settings/roles/new" search={{ from: role.name }} className={buttonClass({ size: 'sm' })}>
              <Copy aria-hidden /> Make one like it
            </Link>
          ) : null
        }
      />
      <div className="border-t border-line">
        <PermissionMatrix caption={`What ${role.name} may do`} all={all} value={role.permission} />
      </div>
    </>
  );
}

type FormProps = { role: Role | null; draft: Permissions; all: Permissions; own: Permissions };

const NAME = /^[a-z0-9_]{2,50}$/;

function RoleForm({ role, draft, all, own }: FormProps) {
  const navigate = useNavigate();
  const save = useSaveRole(role?.id ?? null);
  const [name, setName] = useState(role?.name ?? '');
  const [permission, setPermission] = useState(draft);
  const [submitted, setSubmitted] = useState(false);
  const badName = NAME.test(name) ? null : '2 to 50 of a to z, 0 to 9 and _.';
  const unchanged = role !== null && role.name === name && permission === draft;

  function submit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault();
    setSubmitted(true);
    if (badName) return focusFirstFault(event.currentTarget);
    save.mutate(
      { name, permission },
      {
        onSuccess: () => {
          showToast({
            tone: 'ok',
            title: role === null ? `The role ${name} was created` : `The role ${name} was saved`,
          });
          void navigate({ to: '/settings/roles' });
        },
      },
    );
  }

  return (
    <form onSubmit={submit} noValidate>
      <title>{`${role?.name ?? 'New role'} · Roles · Archestra`}</title>
      <CardHeader
        title={role === null ? 'New role' : `Role ${role.name}`}
        description={
          role !== null && role.memberCount > 0
            ? `${pluralize(role.memberCount, 'member has', 'members have')} it. What you save holds for them at once.`
            : 'Tick what people with this role may do. Whoever may change something may also read it.'
        }
      />
      <div className="flex flex-col gap-4 px-4 pb-4">
        {save.isError ? (
          <Notice tone="error" role="alert">
            {causeOf(save.error)}
          </Notice>
        ) : null}
        <Field
          label="Name"
          className="max-w-sm"
          hint="Small letters, digits and _, as rules of identity providers name it."
          error={submitted ? badName : null}
        >
          {(control) => (
            <Input
              {...control}
              value={name}
              spellCheck={false}
              autoComplete="off"
              autoFocus={role === null}
              placeholder="agent_operator"
              onChange={(event) => setName(event.target.value)}
            />
          )}
        </Field>
        <p className="hidden text-xs text-text-3 md:block">
          In the table the arrow keys <Kbd>↑</Kbd> <Kbd>↓</Kbd> <Kbd>←</Kbd> <Kbd>→</Kbd> walk from box to box,{' '}
          <Kbd>Space</Kbd> ticks, <Kbd>Tab</Kbd> leaves it.
        </p>
      </div>
      <div className="border-t border-line">
        <PermissionMatrix
          caption="What the role permits"
          all={all}
          value={permission}
          onChange={setPermission}
          ceiling={own}
        />
      </div>
      <div className="sticky bottom-0 flex items-center gap-2 rounded-b-lg border-t border-line bg-surface px-4 py-3">
        <span className="mr-auto text-xs text-text-3 tnum" role="status">
          {countOf(permission)} of {countOf(all)} permissions
        </span>
        <Link to="/settings/roles" className={buttonClass()}>
          Cancel
        </Link>
        <Button type="submit" variant="primary" pending={save.isPending} disabled={name === '' || unchanged}>
          {role === null ? 'Create role' : 'Save role'}
        </Button>
      </div>
    </form>
  );
}
