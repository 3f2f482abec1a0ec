import { useMemo } from 'react';
import type { ProviderKey } from '@/api/settings';
import { Badge } from '@/components/ui/badge';
import { type DataColumn, DataTable } from '@/components/ui/data-table';
import { RelativeTime } from '@/components/ui/time';
import { RowMenu, type RowMenuProps } from '@/features/provider-keys/row-menu';
import { placeOf } from '@/features/provider-keys/storage';
import { pluralize } from '@/lib/format';

type Props = Omit<RowMenuProps, 'apiKey'> & { rows: ProviderKey[]; nameOf: (provider: string) => string };

export function ProviderKeysTable({ rows, nameOf, onShow, onDelete }: Props) {
  // The same columns for as long as they can be: new ones would close an open menu.
  const shown = useMemo(() => columns(nameOf, { onShow, onDelete }), [nameOf, onShow, onDelete]);
  return <DataTable caption="LLM provider keys" rows={rows} rowId={(key) => key.id} columns={shown} />;
}

function columns(nameOf: Props['nameOf'], menu: Omit<RowMenuProps, 'apiKey'>): DataColumn<ProviderKey>[] {
  return [
    { id: 'name', header: 'Name', cell: ({ row }) => <KeyName apiKey={row.original} /> },
    {
      id: 'provider',
      header: 'Provider',
      cell: ({ row }) => (
        <div className="min-w-28">
          {nameOf(row.original.provider)}
          {row.original.isRouted ? null : (
            <Badge
              tone="warn"
              className="ml-1.5"
              title="The key is kept and served, but this version sends no calls to this provider yet."
            >
              not routed yet
            </Badge>
          )}
          {row.original.baseUrl ? (
            <code className="block max-w-56 truncate font-mono text-xs text-text-3" title={row.original.baseUrl}>
              {row.original.baseUrl}
            </code>
          ) : null}
        </div>
      ),
    },
    { id: 'profiles', header: 'Profiles', cell: ({ row }) => <Profiles apiKey={row.original} /> },
    { id: 'kept', header: 'Kept in', cell: ({ row }) => <Place apiKey={row.original} /> },
    {
      id: 'tested',
      header: 'Last tested',
      meta: { className: 'whitespace-nowrap' },
      cell: ({ row }) => (
        <div>
          {row.original.lastTestedAt ? (
            <RelativeTime at={row.original.lastTestedAt} />
          ) : (
            <span className="text-text-3">never</span>
          )}
          <span className="block text-xs text-text-3">{pluralize(row.original.modelCount, 'model')}</span>
        </div>
      ),
    },
    {
      id: 'actions',
      header: () => <span className="sr-only">Actions</span>,
      meta: { align: 'right', className: 'w-12' },
      cell: ({ row }) => <RowMenu apiKey={row.original} {...menu} />,
    },
  ];
}

function KeyName({ apiKey }: { apiKey: ProviderKey }) {
  return (
    <div className="min-w-36">
      <span className="flex flex-wrap items-center gap-x-2 gap-y-1">
        <span className="font-medium">{apiKey.name}</span>
        {apiKey.isOrganizationDefault ? (
          <Badge tone="accent" title="Used for this provider by every profile that has no key of its own">
            Default
          </Badge>
        ) : null}
      </span>
      {apiKey.scope === 'org' ? null : (
        <span className="block text-xs text-text-3">
          {apiKey.scope === 'team'
            ? `Managed by ${apiKey.teamName ?? 'a team'}`
            : `Managed by ${apiKey.userName ?? 'its owner'}`}
        </span>
      )}
    </div>
  );
}

const SHOWN_PROFILES = 2;

function Profiles({ apiKey: { profiles } }: { apiKey: ProviderKey }) {
  if (profiles.length === 0) return <span className="text-text-3">none</span>;
  const more = profiles.slice(SHOWN_PROFILES);
  return (
    <div className="flex max-w-64 flex-wrap gap-1">
      {profiles.slice(0, SHOWN_PROFILES).map((profile) => (
        <Badge key={profile.id} tone="outline">
          <span className="truncate">{profile.name}</span>
        </Badge>
      ))}
      {more.length > 0 ? (
        <Badge title={more.map((profile) => profile.name).join(', ')}>{`+${more.length}`}</Badge>
      ) : null}
    </div>
  );
}

function Place({ apiKey }: { apiKey: ProviderKey }) {
  const reference = apiKey.vaultSecretPath === null ? null : `${apiKey.vaultSecretPath}#${apiKey.vaultSecretKey ?? ''}`;
  return (
    <div className="whitespace-nowrap">
      {placeOf(apiKey.secretStorageType)}
      {reference ? (
        <code className="block max-w-48 truncate font-mono text-xs text-text-3" title={reference}>
          {reference}
        </code>
      ) : null}
    </div>
  );
}
