import { useQuery } from '@tanstack/react-query';
import { useNavigate, useSearch } from '@tanstack/react-router';
import { BookOpen, KeyRound, Plus, Trash2 } from 'lucide-react';
import { useMemo, useState } from 'react';
import type { ApiKey } from '@/api/access';
import { Button, buttonClass } from '@/components/ui/button';
import { Card, CardHeader } from '@/components/ui/card';
import { ConfirmDialog } from '@/components/ui/confirm-dialog';
import { type DataColumn, DataTable } from '@/components/ui/data-table';
import { SkeletonRows } from '@/components/ui/skeleton';
import { causeOf, EmptyState, ErrorState } from '@/components/ui/states';
import { RelativeTime } from '@/components/ui/time';
import { showToast } from '@/components/ui/toast';
import { KeyExpiry, KeyScope } from '@/features/api-keys/facts';
import { CreateApiKeyDialog } from '@/features/api-keys/form';
import { apiKeysQuery, useCreateApiKey, useDeleteApiKey } from '@/features/api-keys/queries';

export function ApiKeysPage() {
  const keys = useQuery(apiKeysQuery);
  const { create } = useSearch({ from: '/_app/settings/api-keys' });
  const navigate = useNavigate({ from: '/settings/api-keys' });
  const remove = useDeleteApiKey();
  const [doomed, setDoomed] = useState<ApiKey | null>(null);
  const shown = useMemo(() => columns(setDoomed), []);
  const setCreating = (creating: boolean) => void navigate({ search: creating ? { create: true } : {} });

  return (
    <Card>
      <title>API keys · Archestra</title>
      <CardHeader
        title="API keys"
        description="For scripts, Terraform, and clients that use this server’s provider keys. A key can do what you can, or less."
        actions={
          <>
            <a href="/docs" target="_blank" rel="noreferrer" className={buttonClass({ size: 'sm' })}>
              <BookOpen aria-hidden /> The API<span className="sr-only"> (opens in a new tab)</span>
            </a>
            <Button variant="primary" size="sm" onClick={() => setCreating(true)}>
              <Plus aria-hidden /> Create key
            </Button>
          </>
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
          <DataTable caption="API keys" columns={shown} rows={keys.data} rowId={(key) => key.id} />
        </div>
      )}
      {create ? <NewKey onClose={() => setCreating(false)} /> : null}
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
      cell: ({ row }) => <KeyScope permission={row.original.permission} />,
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
        row.original.expiresAt ? <KeyExpiry at={row.original.expiresAt} /> : <span className="text-text-3">never</span>,
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

function NewKey({ onClose }: { onClose: () => void }) {
  const create = useCreateApiKey();
  return <CreateApiKeyDialog create={create} onClose={onClose} />;
}
