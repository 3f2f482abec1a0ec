import type { SortingState } from '@tanstack/react-table';
import { Sparkles } from 'lucide-react';
import { useMemo, useState } from 'react';
import type { Tool } from '@/api/mcp';
import { Badge } from '@/components/ui/badge';
import { type DataColumn, DataTable } from '@/components/ui/data-table';
import type { Side, ToolRow } from '@/features/tool-policies/summary';
import { type Kind, wordsOf } from '@/features/tool-policies/words';
import { pluralize } from '@/lib/format';

type Props = {
  rows: ToolRow[];
  /** Null: nobody here may choose. */
  chosen: ReadonlySet<string> | null;
  onChoose: (chosen: ReadonlySet<string>) => void;
  onOpen: (tool: Tool) => void;
};

export function ToolPoliciesTable({ rows, chosen, onChoose, onOpen }: Props) {
  const [sorting, setSorting] = useState<SortingState>([{ id: 'tool', desc: false }]);
  const shown = useMemo(() => columns(chosen, onChoose, onOpen), [chosen, onChoose, onOpen]);
  return (
    <DataTable
      caption="Tools and their policies"
      rows={rows}
      rowId={({ tool }) => tool.id}
      columns={shown}
      sorting={sorting}
      onSortingChange={setSorting}
      onRowClick={({ tool }) => onOpen(tool)}
    />
  );
}

function columns(chosen: Props['chosen'], onChoose: Props['onChoose'], onOpen: Props['onOpen']): DataColumn<ToolRow>[] {
  return [
    ...(chosen ? [choice(chosen, onChoose)] : []),
    {
      id: 'tool',
      accessorFn: ({ tool }) => tool.name,
      header: 'Tool',
      cell: ({ row: { original } }) => <ToolName tool={original.tool} onOpen={onOpen} />,
    },
    side('call', 'Calls'),
    side('result', 'Results'),
    {
      id: 'agents',
      accessorFn: ({ tool }) => tool.assignedAgentCount,
      header: 'Agents',
      meta: { align: 'right' },
      cell: ({ row }) => row.original.tool.assignedAgentCount || <span className="text-text-3">–</span>,
    },
  ];
}

function choice(chosen: ReadonlySet<string>, onChoose: Props['onChoose']): DataColumn<ToolRow> {
  return {
    id: 'choice',
    header: () => <span className="sr-only">Chosen</span>,
    enableSorting: false,
    meta: { className: 'w-8 pr-0' },
    cell: ({ row: { original } }) => (
      <input
        type="checkbox"
        className="accent-accent align-middle"
        aria-label={`Choose ${original.tool.name}`}
        checked={chosen.has(original.tool.id)}
        onChange={(event) => {
          const next = new Set(chosen);
          if (event.target.checked) next.add(original.tool.id);
          else next.delete(original.tool.id);
          onChoose(next);
        }}
      />
    ),
  };
}

function ToolName({ tool, onOpen }: { tool: Tool; onOpen: Props['onOpen'] }) {
  return (
    <span className="block max-w-md min-w-40">
      <button
        type="button"
        onClick={() => onOpen(tool)}
        className="text-left font-mono text-xs font-medium break-all text-accent-text hover:underline"
      >
        {tool.rawName}
      </button>
      <span className="flex flex-wrap items-center gap-x-2 text-xs text-text-3">
        {tool.catalogName ?? 'Built in'}
        {tool.paused ? <Badge tone="warn">{tool.pending ? 'changed, paused' : 'paused'}</Badge> : null}
        {tool.policiesAutoConfiguredAt ? (
          <span className="inline-flex items-center gap-1">
            <Sparkles className="size-3" aria-hidden /> proposed by a model
          </span>
        ) : null}
      </span>
    </span>
  );
}

function side(kind: Kind, header: string): DataColumn<ToolRow> {
  return {
    id: kind,
    accessorFn: (row) => row[kind].standard?.action ?? '',
    header,
    cell: ({ row }) => <SideBadges kind={kind} side={row.original[kind]} />,
  };
}

function SideBadges({ kind, side: { standard, rules } }: { kind: Kind; side: Side }) {
  return (
    <span className="flex flex-wrap items-center gap-x-2 gap-y-1">
      {standard ? (
        <Badge tone={wordsOf(kind, standard.action).tone}>{wordsOf(kind, standard.action).short}</Badge>
      ) : (
        <span className="text-xs text-text-3">no policy</span>
      )}
      {rules.length > 0 ? (
        <span className="text-xs whitespace-nowrap text-text-2 tnum">{pluralize(rules.length, 'rule')}</span>
      ) : null}
    </span>
  );
}
