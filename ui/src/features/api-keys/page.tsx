import { useQuery } from '@tanstack/react-query';
import { useNavigate, useSearch } from '@tanstack/react-router';
import { KeyRound, Plus, Trash2 } from 'lucide-react';
import { useState } from 'react';
import type { ApiKey, Permissions } from '@/api/access';
import { Badge } from '@/components/ui/badge';
import { Button } from '@/components/ui/button';
import { Card, CardHeader } from '@/components/ui/card';
import { ConfirmDialog } from '@/components/ui/confirm-dialog';
import { type DataColumn, DataTable } from '@/components/ui/data-table';
import { SkeletonRows } from '@/components/ui/skeleton';
import { causeOf, EmptyState, ErrorState } from '@/components/ui/states';
import { RelativeTime } from '@/components/ui/time';
import { showToast } from '@/components/ui/toast';
import { CreateApiKeyDialog } from '@/features/api-keys/form';
import { apiKeysQuery, useDeleteApiKey } from '@/features/api-keys/queries';
import { countOf } from '@/features/roles/permissions';
import { pluralize } from '@/lib/format';
import { useNow } from '@/lib/now';

export function ApiKeysPage() {
  const keys = useQuery(apiKeysQuery);
  const { create } = useSearch({ from: '/_app/settings/api-keys' });
  const navigate = useNavigate({ from: '/settings/api-keys' });
  const remove = useDeleteApiKey();
  const [doomed, setDoomed] = useState<ApiKey | null>(null);
  const setCreating = (creating: boolean) => void navigate({ search: creating ? { create: true } : {} });

  return (
    <Card>
      <title>API keys · Archestra</title>
      <CardHeader
        title="API keys"
        description="For scripts, Terraform, and clients that use this server’s provider keys. A key can do what you can, or less."
        actions={
          <Button variant="primary" size="sm" onClick={() => setCreating(true)}>
            <Plus aria-hidden /> Create key
          </Button>
        }
      />
      {keys.isLoadingError ? (
        <ErrorState title="The keys could not be read" error={keys.error} onRetry={() => void keys.refetch()} />
      ) : keys.isPending ? (
        <SkeletonRows rows={3} />
      ) : keys.data.length === 0 ? (
        <EmptyState
          icon={KeyRound}
          title="No keys yet"
          actions={<Button onClick={() => setCreating(true)}>Create the first key</Button>}
        >
          You need one when a client should use the provider key that is configured on this server, or to call the API
          from a script.
        </EmptyState>
      ) : (
        <div className="border-t border-line">
          <DataTable caption="API keys" columns={columns(setDoomed)} rows={keys.data} rowId={(key) => key.id} />
        </div>
      )}
      {create ? <CreateApiKeyDialog onClose={() => setCreating(false)} /> : null}
      {doomed ? (
        <ConfirmDialog
          title={`Delete “${doomed.name}”?`}
          confirmLabel="Delete key"
          pending={remove.isPending}
          error={remove.isError ? causeOf(remove.error) : null}
          onClose={() => {
            remove.reset();
            setDoomed(null);
          }}
          onConfirm={() =>
            remove.mutate(doomed.id, {
              onSuccess: () => {
                setDoomed(null);
                showToast({ tone: 'ok', title: 'Key deleted' });
              },
            })
          }
        >
          Whatever still uses it is refused from now on. This cannot be undone.
        </ConfirmDialog>
      ) : null}
    </Card>
  );
}

function columns(onDelete: (key: ApiKey) => void): DataColumn<ApiKey>[] {
  return [
    { id: 'name', header: 'Name', cell: ({ row }) => <span className="font-medium">{row.original.name}</span> },
    {
      id: 'key',
      header: 'Key',
      cell: ({ row }) => <code className="font-mono text-xs text-text-2">{row.original.start}…</code>,
    },
    {
      id: 'scope',
      header: 'May do',
      cell: ({ row }) => <Scope permission={row.original.permission} />,
    },
    {
      id: 'lastUsed',
      header: 'Last used',
      cell: ({ row }) =>
        row.original.lastRequest ? (
          <RelativeTime at={row.original.lastRequest} />
        ) : (
          <span className="text-text-3">never</span>
        ),
    },
    {
      id: 'expires',
      header: 'Expires',
      cell: ({ row }) =>
        row.original.expiresAt ? <Expiry at={row.original.expiresAt} /> : <span className="text-text-3">never</span>,
    },
    { id: 'created', header: 'Created', cell: ({ row }) => <RelativeTime at={row.original.createdAt} /> },
    {
      id: 'actions',
      header: () => <span className="sr-only">Actions</span>,
      meta: { align: 'right', className: 'w-12' },
      cell: ({ row }) => (
        <Button
          variant="ghost"
          size="iconSm"
          aria-label={`Delete ${row.original.name}`}
          onClick={() => onDelete(row.original)}
        >
          <Trash2 aria-hidden />
        </Button>
      ),
    },
  ];
}

function Scope({ permission }: { permission: Permissions | null }) {
  if (permission === null) return <Badge>all that you may</Badge>;
  const words = Object.entries(permission).map(([resource, actions]) => `${resource}: ${actions.join(', ')}`);
  return (
    <Badge tone="accent" title={words.join('\n')}>
      {pluralize(countOf(permission), 'permission')}
    </Badge>
  );
}

const SOON_MS = 7 * 86_400_000;

function Expiry({ at }: { at: string }) {
  const left = new Date(at).getTime() - useNow();
  if (left <= 0) return <Badge tone="bad">expired</Badge>;
  if (left < SOON_MS) {
    return (
      <Badge tone="warn">
        <RelativeTime at={at} />
      </Badge>
    );
  }
  return <RelativeTime at={at} className="whitespace-nowrap" />;
}
