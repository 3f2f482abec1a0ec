import type { Home } from '@/api/types';
import { Card } from '@/components/ui/card';
import { type DataColumn, DataTable } from '@/components/ui/data-table';
import type { Timeframe } from '@/features/home/search';
import { formatCompact, formatCost, formatInteger } from '@/lib/format';

type Row = { t: string; requests: number; cost: number; tokens: number; errors: number };

const clock = new Intl.DateTimeFormat(undefined, { hour: '2-digit', minute: '2-digit', hourCycle: 'h23' });
const dayAndClock = new Intl.DateTimeFormat(undefined, {
  weekday: 'short',
  day: 'numeric',
  month: 'short',
  hour: '2-digit',
  minute: '2-digit',
  hourCycle: 'h23',
});

/** The same numbers as the four lines, for those who read better than they look. */
export function SeriesTable({ cards, timeframe }: { cards: Home['cards']; timeframe: Timeframe }) {
  const rows = cards.requests.series.map((point, index): Row => ({
    t: point.t,
    requests: point.v,
    cost: cards.cost.series[index]?.v ?? 0,
    tokens: cards.tokens.series[index]?.v ?? 0,
    errors: cards.errors.series[index]?.v ?? 0,
  }));
  const time = timeframe === '7d' ? dayAndClock : clock;
  const columns: DataColumn<Row>[] = [
    {
      id: 't',
      header: 'From',
      cell: ({ row }) => <span className="tnum">{time.format(new Date(row.original.t))}</span>,
    },
    {
      id: 'requests',
      header: 'Requests',
      meta: { align: 'right' },
      cell: ({ row }) => formatInteger(row.original.requests),
    },
    { id: 'cost', header: 'Spend', meta: { align: 'right' }, cell: ({ row }) => formatCost(row.original.cost) },
    { id: 'tokens', header: 'Tokens', meta: { align: 'right' }, cell: ({ row }) => formatCompact(row.original.tokens) },
    { id: 'errors', header: 'Errors', meta: { align: 'right' }, cell: ({ row }) => formatInteger(row.original.errors) },
  ];
  return (
    <Card className="mt-2 max-h-96 overflow-y-auto">
      <DataTable
        caption="Requests, spend, tokens and errors over time"
        rows={rows}
        rowId={(row) => row.t}
        columns={columns}
      />
    </Card>
  );
}
