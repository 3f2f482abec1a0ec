import { useQuery } from '@tanstack/react-query';
import { Link, useNavigate, useSearch } from '@tanstack/react-router';
import { Inbox, Plus } from 'lucide-react';
import type { InstallationRequest } from '@/api/mcp';
import { Badge } from '@/components/ui/badge';
import { Button, buttonClass } from '@/components/ui/button';
import { Card } from '@/components/ui/card';
import { type DataColumn, DataTable } from '@/components/ui/data-table';
import { Segmented } from '@/components/ui/segmented';
import { SkeletonRows } from '@/components/ui/skeleton';
import { EmptyState, ErrorState } from '@/components/ui/states';
import { RelativeTime } from '@/components/ui/time';
import { RequestDetail } from '@/features/installation-requests/detail';
import { AskForServer } from '@/features/installation-requests/form';
import { requestsQuery } from '@/features/installation-requests/queries';
import { REQUEST_STATES, type RequestsSearch } from '@/features/installation-requests/search';
import { wantedName } from '@/features/installation-requests/wanted';
import { pluralize } from '@/lib/format';
import { Page } from '@/shell/page';

const LABELS = { pending: 'Waiting', approved: 'Approved', declined: 'Declined' };
const TONES = { pending: 'accent', approved: 'ok', declined: 'neutral' } as const;

export function RequestsPage() {
  const search = useSearch({ from: '/_app/requests' });
  const navigate = useNavigate({ from: '/requests' });
  const requests = useQuery(requestsQuery);
  const patch = (change: RequestsSearch) =>
    void navigate({ to: '.', search: (old) => ({ ...old, ...change }), replace: true });
  const shown =
    requests.data?.filter((request) => search.status === undefined || request.status === search.status) ?? [];
  const open = requests.data?.find((request) => request.id === search.open);
  return (
    <Page
      title="Requests"
      description="Servers people would like to have. Whoever may change the catalogue decides."
      actions={
        <Button variant="primary" onClick={() => patch({ ask: 'other' })}>
          <Plus aria-hidden /> Ask for a server
        </Button>
      }
    >
      <div className="flex flex-wrap items-center gap-3">
        <Segmented
          label="State"
          value={search.status ?? 'all'}
          onValueChange={(status) => patch({ status: status === 'all' ? undefined : status })}
          options={[
            { value: 'all' as const, label: 'All' },
            ...REQUEST_STATES.map((status) => ({ value: status, label: LABELS[status] })),
          ]}
        />
        <span className="ml-auto text-xs text-text-3 tnum">
          {requests.data ? pluralize(shown.length, 'request') : ''}
        </span>
      </div>
      <Card>
        {requests.isLoadingError ? (
          <ErrorState
            title="The requests could not be read"
            error={requests.error}
            onRetry={() => void requests.refetch()}
          />
        ) : requests.isPending ? (
          <SkeletonRows rows={4} />
        ) : shown.length === 0 ? (
          <EmptyState
            icon={Inbox}
            title={requests.data.length === 0 ? 'Nobody has asked for anything' : 'No request is in this state'}
            actions={
              <Link to="/catalog" search={{ source: 'builtin' }} className={buttonClass()}>
                See the catalogue
              </Link>
            }
          >
            Whoever may not add a server to the catalogue can ask for it here.
          </EmptyState>
        ) : (
          <DataTable
            caption="Requests"
            rows={shown}
            rowId={(request) => request.id}
            columns={columns(patch)}
            onRowClick={(request) => patch({ open: request.id })}
          />
        )}
      </Card>
      {search.ask ? <AskForServer wanted={search.ask} onClose={() => patch({ ask: undefined })} /> : null}
      {open ? <RequestDetail key={open.id} request={open} onClose={() => patch({ open: undefined })} /> : null}
    </Page>
  );
}

function columns(patch: (change: RequestsSearch) => void): DataColumn<InstallationRequest>[] {
  return [
    {
      id: 'wanted',
      header: 'Server',
      cell: ({ row }) => (
        <div className="min-w-40">
          <button
            type="button"
            className="font-medium hover:underline"
            onClick={() => patch({ open: row.original.id })}
          >
            {wantedName(row.original)}
          </button>
          {row.original.requestReason ? (
            <span className="line-clamp-1 text-xs text-text-3">{row.original.requestReason}</span>
          ) : null}
        </div>
      ),
    },
    {
      id: 'status',
      header: 'State',
      cell: ({ row }) => <Badge tone={TONES[row.original.status]}>{LABELS[row.original.status]}</Badge>,
    },
    { id: 'by', header: 'From', cell: ({ row }) => row.original.requestedByName ?? row.original.requestedBy },
    {
      id: 'notes',
      header: 'Notes',
      meta: { align: 'right' },
      cell: ({ row }) => row.original.notes.length,
    },
    {
      id: 'created',
      header: 'Asked',
      meta: { className: 'whitespace-nowrap' },
      cell: ({ row }) => <RelativeTime at={row.original.createdAt} className="text-text-2" />,
    },
  ];
}
