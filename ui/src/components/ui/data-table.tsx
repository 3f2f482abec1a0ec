import {
  type ColumnDef,
  type ColumnDefTemplate,
  createFilteredRowModel,
  createSortedRowModel,
  filterFns,
  globalFilteringFeature,
  columnFilteringFeature,
  metaHelper,
  rowSortingFeature,
  sortFns,
  type SortingState,
  tableFeatures,
  useTable,
} from '@tanstack/react-table';
import { ArrowDown, ArrowUp, ChevronsUpDown } from 'lucide-react';
import type { ReactNode } from 'react';
import { cn } from '@/lib/class-names';

type ColumnLook = { align?: 'right'; className?: string };

const features = tableFeatures({
  columnFilteringFeature,
  globalFilteringFeature,
  rowSortingFeature,
  filteredRowModel: createFilteredRowModel(),
  sortedRowModel: createSortedRowModel(),
  filterFns,
  sortFns,
  columnMeta: metaHelper<ColumnLook>(),
});

// TanStack types a column by its value; a list of columns of several value types needs `unknown`.
export type DataColumn<Row extends object> = ColumnDef<typeof features, Row, unknown>;

type Props<Row extends object> = {
  caption: string;
  columns: DataColumn<Row>[];
  rows: Row[];
  rowId: (row: Row) => string;
  sorting?: SortingState;
  onSortingChange?: (sorting: SortingState) => void;
  /** The server sorts; the table only shows which way. */
  manualSorting?: boolean;
  filter?: string;
  onRowClick?: (row: Row) => void;
  empty?: ReactNode;
};

const NO_SORTING: SortingState = [];

export function DataTable<Row extends object>(props: Props<Row>) {
  const {
    caption,
    columns,
    rows,
    rowId,
    sorting = NO_SORTING,
    onSortingChange,
    manualSorting = false,
    filter = '',
    onRowClick,
    empty,
  } = props;
  const table = useTable({
    features,
    columns,
    data: rows,
    getRowId: rowId,
    manualSorting,
    enableSorting: onSortingChange !== undefined,
    enableSortingRemoval: false,
    state: { sorting, globalFilter: filter },
    globalFilterFn: 'includesString',
    onSortingChange: (update) => onSortingChange?.(typeof update === 'function' ? update(sorting) : update),
  });
  const shown = table.getRowModel().rows;
  return (
    <div className="relative overflow-x-auto">
      <table className="w-full border-collapse text-sm">
        <caption className="sr-only">{caption}</caption>
        <thead>
          {table.getHeaderGroups().map((group) => (
            <tr key={group.id} className="border-b border-line">
              {group.headers.map((header) => {
                const look = header.column.columnDef.meta;
                const title = shownBy(header.column.columnDef.header, header.getContext());
                const sorted = header.column.getCanSort() ? header.column.getIsSorted() : undefined;
                return (
                  <th
                    key={header.id}
                    scope="col"
                    aria-sort={sorted === 'asc' ? 'ascending' : sorted === 'desc' ? 'descending' : undefined}
                    className={cn(
                      'h-9 px-4 text-left text-xs font-medium whitespace-nowrap text-text-3',
                      look?.align === 'right' && 'text-right',
                      look?.className,
                    )}
                  >
                    {sorted === undefined ? (
                      title
                    ) : (
                      <button
                        type="button"
                        onClick={header.column.getToggleSortingHandler()}
                        className={cn(
                          'group -mx-1 inline-flex items-center gap-1 rounded px-1 hover:text-text',
                          sorted && 'text-text',
                        )}
                      >
                        {title}
                        <SortMark sorted={sorted} />
                      </button>
                    )}
                  </th>
                );
              })}
            </tr>
          ))}
        </thead>
        <tbody className="divide-y divide-line">
          {shown.map((row) => (
            <tr
              key={row.id}
              className={cn('group/row transition-colors', onRowClick && 'cursor-pointer hover:bg-surface-2')}
              onClick={
                onRowClick &&
                ((event) => {
                  // Buttons and links inside the row do their own work.
                  if (!(event.target instanceof Element) || event.target.closest('a,button,input,[role=menu]') === null)
                    onRowClick(row.original);
                })
              }
            >
              {row.getAllCells().map((cell) => {
                const look = cell.column.columnDef.meta;
                return (
                  <td
                    key={cell.id}
                    className={cn('px-4 py-2.5', look?.align === 'right' && 'tnum text-right', look?.className)}
                  >
                    {shownBy(cell.column.columnDef.cell, cell.getContext())}
                  </td>
                );
              })}
            </tr>
          ))}
        </tbody>
      </table>
      {shown.length === 0 ? empty : null}
    </div>
  );
}

/** Called, not mounted: a function made anew would be another component, whose cell forgets that its menu is open. */
function shownBy<Context extends object>(
  template: ColumnDefTemplate<Context> | undefined,
  context: Context,
): ReactNode {
  return typeof template === 'function' ? (template(context) as ReactNode) : template;
}

function SortMark({ sorted }: { sorted: false | 'asc' | 'desc' }) {
  if (sorted === 'asc') return <ArrowUp className="size-3" aria-hidden />;
  if (sorted === 'desc') return <ArrowDown className="size-3" aria-hidden />;
  return <ChevronsUpDown className="size-3 opacity-0 group-hover:opacity-100" aria-hidden />;
}
