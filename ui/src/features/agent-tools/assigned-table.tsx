import { Link, useNavigate } from '@tanstack/react-router';
import { SearchX, Trash2 } from 'lucide-react';
import { useState } from 'react';
import type { AgentTool } from '@/api/mcp';
import { Badge } from '@/components/ui/badge';
import { Button } from '@/components/ui/button';
import { type DataColumn, DataTable } from '@/components/ui/data-table';
import { SearchInput } from '@/components/ui/input';
import { causeOf, EmptyState } from '@/components/ui/states';
import { showToast } from '@/components/ui/toast';
import { CredentialSelect } from '@/features/agent-tools/credential-select';
import { useChangeCredential, useUnassignTools } from '@/features/agent-tools/queries';
import type { GatewaySearch } from '@/features/agent-tools/search';
import { formatInteger, pluralize } from '@/lib/format';
import { useCan } from '@/shell/permissions';

type Props = { agentId: string; tools: AgentTool[]; search: GatewaySearch };

export function AssignedTable({ agentId, tools, search }: Props) {
  const navigate = useNavigate();
  const remove = useUnassignTools(agentId);
  const mayAssign = useCan('profile', 'update');
  const [chosen, setChosen] = useState<ReadonlySet<string>>(new Set());
  const query = search.q ?? '';
  const shown = tools.filter(({ tool }) => fits(`${tool.name} ${tool.description ?? ''}`, query));
  const here = shown.filter(({ tool }) => chosen.has(tool.id));
  const toggle = (ids: string[], on: boolean) => {
    const next = new Set(chosen);
    for (const id of ids) {
      if (on) next.add(id);
      else next.delete(id);
    }
    setChosen(next);
  };
  const take = (toolIds: string[]) =>
    remove.mutate(toolIds, {
      onSuccess: () => {
        toggle(toolIds, false);
        showToast({ tone: 'ok', title: `${pluralize(toolIds.length, 'tool')} taken away` });
      },
      onError: (error) => showToast({ tone: 'bad', title: 'They could not be taken away', detail: causeOf(error) }),
    });
  return (
    <>
      <div className="flex flex-wrap items-center gap-3 border-t border-line px-4 py-3">
        <SearchInput
          label="Search these tools"
          value={query}
          onValueChange={(q) =>
            void navigate({ to: '.', search: { ...search, q: q === '' ? undefined : q }, replace: true })
          }
        />
        {here.length > 0 && mayAssign ? (
          <Button pending={remove.isPending} onClick={() => take(here.map(({ tool }) => tool.id))}>
            {remove.isPending ? null : <Trash2 aria-hidden />} Take {pluralize(here.length, 'tool')} away
          </Button>
        ) : null}
        <span className="ml-auto text-xs text-text-3 tnum">{pluralize(shown.length, 'tool')}</span>
      </div>
      <div className="border-t border-line">
        <DataTable
          caption="Tools of this gateway"
          rows={shown}
          rowId={(assignment) => assignment.id}
          columns={columns({
            all: shown.length > 0 && here.length === shown.length,
            chosen,
            mayAssign,
            onToggle: toggle,
            ids: shown.map(({ tool }) => tool.id),
          })}
          empty={<EmptyState icon={SearchX} title="No tool matches" />}
        />
      </div>
    </>
  );
}

type Selection = {
  all: boolean;
  chosen: ReadonlySet<string>;
  ids: string[];
  mayAssign: boolean;
  onToggle: (ids: string[], on: boolean) => void;
};

function columns({ all, chosen, ids, mayAssign, onToggle }: Selection): DataColumn<AgentTool>[] {
  return [
    {
      id: 'choose',
      header: () => (
        <input
          type="checkbox"
          aria-label="Choose all"
          className="accent-accent"
          checked={all}
          disabled={!mayAssign}
          onChange={(event) => onToggle(ids, event.target.checked)}
        />
      ),
      meta: { className: 'w-8 pr-0' },
      cell: ({ row }) => (
        <input
          type="checkbox"
          aria-label={`Choose ${row.original.tool.name}`}
          className="accent-accent"
          checked={chosen.has(row.original.tool.id)}
          disabled={!mayAssign}
          onChange={(event) => onToggle([row.original.tool.id], event.target.checked)}
        />
      ),
    },
    {
      id: 'name',
      header: 'Tool',
      cell: ({ row }) => <ToolCell tool={row.original.tool} />,
    },
    {
      id: 'tokens',
      header: 'Tokens',
      meta: { align: 'right' },
      cell: ({ row }) => formatInteger(row.original.tool.tokens),
    },
    {
      id: 'credentials',
      header: 'Whose account',
      meta: { className: 'w-64' },
      cell: ({ row }) => <CredentialCell assignment={row.original} disabled={!mayAssign} />,
    },
  ];
}

function ToolCell({ tool }: { tool: AgentTool['tool'] }) {
  return (
    <div className="min-w-56">
      <span className="flex flex-wrap items-center gap-2">
        <span className="font-mono text-xs font-medium break-all">{tool.name}</span>
        {tool.paused ? (
          <Link to="/servers" search={{ q: tool.catalogName ?? undefined }}>
            <Badge tone="warn">changed, paused</Badge>
          </Link>
        ) : null}
      </span>
      {tool.description ? <span className="line-clamp-1 text-xs text-text-3">{tool.description}</span> : null}
    </div>
  );
}

function CredentialCell({ assignment, disabled }: { assignment: AgentTool; disabled: boolean }) {
  const change = useChangeCredential();
  if (assignment.tool.catalogId === null) return <span className="text-xs text-text-3">none is needed</span>;
  return (
    <CredentialSelect
      label={`Whose account ${assignment.tool.name} uses`}
      catalogId={assignment.tool.catalogId}
      disabled={disabled || change.isPending}
      value={{
        credentialResolutionMode: assignment.credentialResolutionMode === 'static' ? 'static' : 'dynamic',
        mcpServerId: assignment.mcpServerId,
      }}
      onChange={(next) =>
        change.mutate(
          { id: assignment.id, ...next },
          { onError: (error) => showToast({ tone: 'bad', title: 'Not changed', detail: causeOf(error) }) },
        )
      }
    />
  );
}

function fits(text: string, query: string): boolean {
  const low = text.toLowerCase();
  return query
    .toLowerCase()
    .split(/\s+/)
    .every((word) => low.includes(word));
}
