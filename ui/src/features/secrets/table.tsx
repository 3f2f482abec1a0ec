import { Link } from '@tanstack/react-router';
import { Ellipsis, RotateCw, Trash2 } from 'lucide-react';
import { useMemo } from 'react';
import type { Secret } from '@/api/settings';
import { Badge } from '@/components/ui/badge';
import { Button } from '@/components/ui/button';
import { type DataColumn, DataTable } from '@/components/ui/data-table';
import { Menu, MenuItem } from '@/components/ui/menu';
import { RelativeTime } from '@/components/ui/time';
import type { SecretsSearch } from '@/features/secrets/search';
import { isOld, isRotatable, kindName, STORES } from '@/features/secrets/words';
import { useNow } from '@/lib/now';

type Actions = { mayChange: boolean; onRotate: (secret: Secret) => void; onDelete: (secret: Secret) => void };

type Props = Actions & {
  rows: Secret[];
  search: SecretsSearch;
  onSearchChange: (change: SecretsSearch) => void;
};

export function SecretsTable({ rows, search, onSearchChange, mayChange, onRotate, onDelete }: Props) {
  // The same columns for as long as they can be: new ones would close an open menu.
  const shown = useMemo(() => columns({ mayChange, onRotate, onDelete }), [mayChange, onRotate, onDelete]);
  return (
    <DataTable
      caption="Secrets"
      rows={rows}
      rowId={(secret) => secret.id}
      columns={shown}
      manualSorting
      sorting={[{ id: search.by ?? 'name', desc: search.down ?? false }]}
      onSortingChange={([first]) => {
        if (first)
          onSearchChange({ by: first.id as SecretsSearch['by'], down: first.desc || undefined, page: undefined });
      }}
    />
  );
}

function columns(actions: Actions): DataColumn<Secret>[] {
  return [
    {
      id: 'name',
      accessorFn: (secret) => secret.name,
      header: 'Name',
      cell: ({ row }) => <SecretName secret={row.original} />,
    },
    {
      id: 'kind',
      accessorFn: (secret) => secret.kind,
      header: 'Kind',
      meta: { className: 'whitespace-nowrap' },
      cell: ({ row }) => kindName(row.original.kind),
    },
    {
      id: 'store',
      accessorFn: (secret) => secret.store,
      header: 'Where',
      cell: ({ row }) => <Place secret={row.original} />,
    },
    {
      id: 'usedBy',
      header: 'Used by',
      enableSorting: false,
      cell: ({ row }) => <UsedBy secret={row.original} />,
    },
    {
      id: 'updatedAt',
      accessorFn: (secret) => secret.updatedAt,
      header: 'Age',
      meta: { className: 'whitespace-nowrap' },
      cell: ({ row }) => <Age updatedAt={row.original.updatedAt} />,
    },
    {
      id: 'actions',
      header: () => <span className="sr-only">Actions</span>,
      enableSorting: false,
      meta: { align: 'right', className: 'w-12' },
      cell: ({ row }) => <RowMenu secret={row.original} {...actions} />,
    },
  ];
}

function SecretName({ secret }: { secret: Secret }) {
  return (
    <div className="min-w-36">
      <span className="font-medium break-all">{secret.name}</span>
      <span className="block text-xs break-words text-text-3">{secret.fields.join(', ')}</span>
    </div>
  );
}

function Place({ secret }: { secret: Secret }) {
  return (
    <div>
      <span className="flex items-center gap-1.5">
        {STORES[secret.store] ?? secret.store}
        {secret.isReference ? <Badge title="Only where it lies is stored here">by reference</Badge> : null}
      </span>
      {secret.store === 'database' && !secret.isReference ? null : (
        <code className="block max-w-56 truncate font-mono text-xs text-text-3" title={secret.where}>
          {secret.where}
        </code>
      )}
    </div>
  );
}

function UsedBy({ secret }: { secret: Secret }) {
  if (secret.usedBy.length === 0) return <span className="text-text-3">nothing</span>;
  return (
    <ul>
      {secret.usedBy.map((user) => (
        <li key={`${user.kind} ${user.id}`} className="max-w-48 truncate">
          <UserLink user={user} />
        </li>
      ))}
    </ul>
  );
}

function UserLink({ user }: { user: Secret['usedBy'][number] }) {
  const className = 'text-accent-text hover:underline';
  switch (user.kind) {
    case 'mcpServer':
      return (
        <Link to="/servers/$serverId" params={{ serverId: user.id }} className={className}>
          {user.name}
        </Link>
      );
    case 'mcpCatalog':
      return (
        <Link to="/catalog/$itemId" params={{ itemId: user.id }} className={className}>
          {user.name}
        </Link>
      );
    case 'cluster':
      return (
        <Link to="/runtimes" className={className}>
          {user.name}
        </Link>
      );
    case 'providerKey':
      return (
        <Link to="/settings/chat" search={{ key: user.id, show: 'edit' }} className={className}>
          {user.name}
        </Link>
      );
    case 'identityProvider':
      return (
        <Link to="/settings/identity-providers/$providerId" params={{ providerId: user.id }} className={className}>
          {user.name}
        </Link>
      );
    default:
      return user.name;
  }
}

function Age({ updatedAt }: { updatedAt: string }) {
  const now = useNow();
  return isOld(updatedAt, now) ? (
    <span className="text-warn-text" title="Older than 90 days: think of a new value">
      <RelativeTime at={updatedAt} />
    </span>
  ) : (
    <RelativeTime at={updatedAt} />
  );
}

function RowMenu({ secret, mayChange, onRotate, onDelete }: Actions & { secret: Secret }) {
  return (
    <Menu
      className="w-52"
      trigger={
        <Button variant="ghost" size="iconSm" aria-label={`Actions for ${secret.name}`}>
          <Ellipsis aria-hidden />
        </Button>
      }
    >
      <MenuItem disabled={!mayChange || !isRotatable(secret)} onSelect={() => onRotate(secret)}>
        <RotateCw aria-hidden /> Rotate
      </MenuItem>
      <MenuItem danger disabled={!mayChange || secret.usedBy.length > 0} onSelect={() => onDelete(secret)}>
        <Trash2 aria-hidden /> Delete…
      </MenuItem>
    </Menu>
  );
}
