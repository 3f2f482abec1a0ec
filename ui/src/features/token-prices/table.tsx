import type { SortingState } from '@tanstack/react-table';
import { Pencil, RotateCcw } from 'lucide-react';
import { useMemo, useState } from 'react';
import type { TokenPrice } from '@/api/types';
import { Badge } from '@/components/ui/badge';
import { Button } from '@/components/ui/button';
import { type DataColumn, DataTable } from '@/components/ui/data-table';
import { providerName } from '@/features/agents/proxy-urls';
import { formatDay, formatPrice } from '@/lib/format';

type Props = { rows: TokenPrice[]; onEdit: (price: TokenPrice) => void; onReset: (price: TokenPrice) => void };

export function TokenPricesTable({ rows, onEdit, onReset }: Props) {
  const [sorting, setSorting] = useState<SortingState>([{ id: 'model', desc: false }]);
  const columns = useMemo(() => priceColumns(onEdit, onReset), [onEdit, onReset]);
  return (
    <DataTable
      caption="Prices per million tokens"
      rows={rows}
      rowId={(price) => price.id}
      columns={columns}
      sorting={sorting}
      onSortingChange={setSorting}
      onRowClick={onEdit}
    />
  );
}

function priceColumns(onEdit: Props['onEdit'], onReset: Props['onReset']): DataColumn<TokenPrice>[] {
  return [
    {
      id: 'model',
      accessorFn: (price) => price.model,
      header: 'Model',
      cell: ({ row }) => <span className="font-medium">{row.original.model}</span>,
    },
    {
      id: 'provider',
      accessorFn: (price) => providerName(price.provider),
      header: 'Provider',
      meta: { className: 'text-text-2' },
      cell: ({ row }) => providerName(row.original.provider),
    },
    money('input', 'Input', (price) => price.pricePerMillionInput),
    money('output', 'Output', (price) => price.pricePerMillionOutput),
    money('cacheRead', 'Cache read', (price) => price.pricePerMillionCacheRead),
    money('cacheWrite', 'Cache write', (price) => price.pricePerMillionCacheWrite),
    {
      id: 'source',
      accessorFn: (price) => price.source,
      header: 'Source',
      cell: ({ row }) =>
        row.original.source === 'custom' ? (
          <Badge tone="accent">Your own</Badge>
        ) : (
          <span className="text-xs whitespace-nowrap text-text-3">
            {row.original.asOf ? formatDay(row.original.asOf) : 'Built-in'}
          </span>
        ),
    },
    {
      id: 'actions',
      header: () => <span className="sr-only">Actions</span>,
      enableSorting: false,
      meta: { align: 'right', className: 'w-24 whitespace-nowrap' },
      cell: ({ row }) => (
        <>
          {row.original.source === 'custom' ? (
            <Button
              variant="ghost"
              size="iconSm"
              aria-label={`Remove your price for ${row.original.model}`}
              title="Remove your price"
              onClick={() => onReset(row.original)}
            >
              <RotateCcw aria-hidden />
            </Button>
          ) : null}
          <Button
            variant="ghost"
            size="iconSm"
            aria-label={`Edit the price of ${row.original.model}`}
            title="Edit"
            onClick={() => onEdit(row.original)}
          >
            <Pencil aria-hidden />
          </Button>
        </>
      ),
    },
  ];
}

function money(id: string, header: string, read: (price: TokenPrice) => string | null): DataColumn<TokenPrice> {
  return {
    id,
    accessorFn: (price) => Number(read(price) ?? -1),
    header,
    meta: { align: 'right' },
    cell: ({ row }) => {
      const value = read(row.original);
      return value === null ? <span className="text-text-3">–</span> : formatPrice(value);
    },
  };
}
