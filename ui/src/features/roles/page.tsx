import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { Copy, Ellipsis, Plus, ScanEye, Trash2 } from 'lucide-react';
import { useMemo, useState } from 'react';
import type { Permissions, Role } from '@/api/access';
import { Badge } from '@/components/ui/badge';
import { Button, buttonClass } from '@/components/ui/button';
import { Card, CardHeader } from '@/components/ui/card';
import { ConfirmDialog } from '@/components/ui/confirm-dialog';
import { type DataColumn, DataTable } from '@/components/ui/data-table';
import { Menu, MenuItem, MenuSeparator } from '@/components/ui/menu';
import { SkeletonRows } from '@/components/ui/skeleton';
import { causeOf, ErrorState } from '@/components/ui/states';
import { showToast } from '@/components/ui/toast';
import { describeRole } from '@/features/roles/describe';
import { allPermissionsQuery, rolesQuery, useDeleteRole } from '@/features/roles/queries';
import { pluralize } from '@/lib/format';
import { useCan } from '@/shell/permissions';

export function RolesPage() {
  const roles = useQuery(rolesQuery);
  const permissions = useQuery(allPermissionsQuery);
  const mayChange = useCan('organization', 'update');
  const [doomed, setDoomed] = useState<Role | null>(null);
  // The same columns for as long as they can be: new ones would close an open menu.
  const shown = useMemo(() => columns(permissions.data, mayChange, setDoomed), [permissions.data, mayChange]);
  return (
    <Card>
      <title>Roles · Archestra</title>
      <CardHeader
        title="Roles"
        description="What people may do. Three roles are there from the start; make others for what they do not fit."
        actions={
          <>
            <Link to="/settings/access" className={buttonClass({ size: 'sm' })}>
              <ScanEye aria-hidden /> What can X do?
            </Link>
            {mayChange ? (
              <Link to="/settings/roles/new" className={buttonClass({ variant: 'primary', size: 'sm' })}>
                <Plus aria-hidden /> Create role
              </Link>
            ) : null}
          </>
        }
      />
      {roles.isLoadingError ? (
        <ErrorState title="The roles could not be read" error={roles.error} onRetry={() => void roles.refetch()} />
      ) : roles.isPending ? (
        <SkeletonRows rows={3} />
      ) : (
        <div className="border-t border-line">
          <DataTable caption="Roles" columns={shown} rows={roles.data} rowId={({ id }) => id} />
        </div>
      )}
      {doomed ? <DeleteRole role={doomed} onClose={() => setDoomed(null)} /> : null}
    </Card>
  );
}

function columns(all: Permissions | undefined, mayChange: boolean, onDelete: (role: Role) => void): DataColumn<Role>[] {
  return [
    {
      id: 'name',
      header: 'Name',
      cell: ({ row: { original: role } }) => (
        <span className="block max-w-lg">
          <span className="flex items-center gap-2">
            <Link
              to="/settings/roles/$roleId"
              params={{ roleId: role.id }}
              className="font-medium text-accent-text hover:underline"
            >
              {role.name}
            </Link>
            {role.predefined ? <Badge tone="outline">built in</Badge> : null}
          </span>
          <span className="block text-xs text-text-3">{describeRole(role, all)}</span>
        </span>
      ),
    },
    {
      id: 'people',
      header: 'People',
      meta: { align: 'right' },
      cell: ({ row }) =>
        row.original.memberCount === 0 ? (
          <span className="text-text-3">nobody</span>
        ) : (
          <Link to="/settings/people" search={{ role: row.original.name }} className="hover:underline">
            {row.original.memberCount}
          </Link>
        ),
    },
    {
      id: 'actions',
      header: () => <span className="sr-only">Actions</span>,
      meta: { align: 'right', className: 'w-12' },
      cell: ({ row: { original: role } }) => (
        <Menu
          trigger={
            <Button variant="ghost" size="iconSm" aria-label={`Actions for ${role.name}`}>
              <Ellipsis aria-hidden />
            </Button>
          }
        >
          <MenuItem asChild>
            <Link to="/settings/access" search={{ role: role.name }}>
              <ScanEye aria-hidden /> What can they do?
            </Link>
          </MenuItem>
          {mayChange ? (
            <MenuItem asChild>
              <Link to="/settings/roles/new" search={{ from: role.name }}>
                <Copy aria-hidden /> Make one like it
              </Link>
            </MenuItem>
          ) : null}
          {mayChange && !role.predefined ? (
            <>
              <MenuSeparator />
              <MenuItem danger onSelect={() => onDelete(role)}>
                <Trash2 aria-hidden /> Delete
              </MenuItem>
            </>
          ) : null}
        </Menu>
      ),
    },
  ];
}

function DeleteRole({ role, onClose }: { role: Role; onClose: () => void }) {
  const remove = useDeleteRole();
  return (
    <ConfirmDialog
      title={`Delete the role ${role.name}?`}
      confirmLabel="Delete role"
      pending={remove.isPending}
      error={remove.isError ? causeOf(remove.error) : null}
      onClose={onClose}
      onConfirm={() =>
        remove.mutate(role.id, {
          onSuccess: () => {
            showToast({ tone: 'ok', title: `The role ${role.name} was deleted` });
            onClose();
          },
        })
      }
    >
      {role.memberCount > 0
        ? `${pluralize(role.memberCount, 'member has', 'members have')} it: give them another role first.`
        : 'Nobody has it.'}{' '}
      This cannot be undone.
    </ConfirmDialog>
  );
}
