import { Link, useNavigate } from '@tanstack/react-router';
import type { Interaction } from '@/api/types';
import { Badge } from '@/components/ui/badge';
import { type DataColumn, DataTable } from '@/components/ui/data-table';
import { RelativeTime } from '@/components/ui/time';
import { outcomeLook } from '@/features/interactions/outcome';
import { allTokens } from '@/features/interactions/tokens';
import { formatCompact, formatCost, formatDuration } from '@/lib/format';

const COLUMNS: DataColumn<Interaction>[] = [
  {
    id: 'time',
    header: 'When',
    meta: { className: 'whitespace-nowrap' },
    cell: ({ row }) => (
      <Link
        to="/logs/$interactionId"
        params={{ interactionId: row.original.id }}
        className="text-text-2 hover:underline"
      >
        <RelativeTime at={row.original.createdAt} />
      </Link>
    ),
  },
  { id: 'outcome', header: 'Outcome', cell: ({ row }) => <OutcomeBadge row={row.original} /> },
  {
    id: 'agent',
    header: 'Agent',
    cell: ({ row }) => row.original.agentName ?? <span className="text-text-3">deleted</span>,
  },
  { id: 'model', header: 'Model', cell: ({ row }) => <span className="font-medium">{row.original.model ?? '–'}</span> },
  {
    id: 'tokens',
    header: 'Tokens',
    meta: { align: 'right' },
    cell: ({ row }) => formatCompact(allTokens(row.original)),
  },
  { id: 'cost', header: 'Cost', meta: { align: 'right' }, cell: ({ row }) => formatCost(row.original.cost) },
  {
    id: 'duration',
    header: 'Duration',
    meta: { align: 'right' },
    cell: ({ row }) => formatDuration(row.original.durationMs),
  },
];

export function RecentCalls({ rows }: { rows: Interaction[] }) {
  const navigate = useNavigate();
  return (
    <DataTable
      caption="Latest calls"
      columns={COLUMNS}
      rows={rows}
      rowId={(row) => row.id}
      onRowClick={(row) => void navigate({ to: '/logs/$interactionId', params: { interactionId: row.id } })}
      empty={<p className="px-4 py-6 text-sm text-text-3">No calls yet.</p>}
    />
  );
}

function OutcomeBadge({ row }: { row: Interaction }) {
  const look = outcomeLook(row.outcome);
  return (
    <Badge tone={look.tone} title={row.error ?? undefined}>
      {look.label}
    </Badge>
  );
}
