import { useQuery } from '@tanstack/react-query';
import { Link, useNavigate, useSearch } from '@tanstack/react-router';
import { SearchX, Wrench } from 'lucide-react';
import { useMemo, useState } from 'react';
import type { Tool } from '@/api/mcp';
import { Button, buttonClass } from '@/components/ui/button';
import { Card } from '@/components/ui/card';
import { SearchInput, Select } from '@/components/ui/input';
import { SkeletonRows } from '@/components/ui/skeleton';
import { EmptyState, ErrorState } from '@/components/ui/states';
import { toolsQuery } from '@/features/agent-tools/queries';
import { allAgentsQuery } from '@/features/agents/queries';
import { AutoConfigure } from '@/features/tool-policies/auto-configure';
import { BulkBar } from '@/features/tool-policies/bulk-bar';
import { GlobalPolicyCard } from '@/features/tool-policies/global-policy';
import { callPoliciesQuery, type Policy, resultPoliciesQuery } from '@/features/tool-policies/queries';
import type { ToolsSearch } from '@/features/tool-policies/search';
import { DefaultsBar } from '@/features/tool-policies/shares-bar';
import { matching, withPolicies } from '@/features/tool-policies/summary';
import { ToolPoliciesTable } from '@/features/tool-policies/table';
import { ToolSheet } from '@/features/tool-policies/tool-sheet';
import { pluralize } from '@/lib/format';
import { Page } from '@/shell/page';
import { useCan } from '@/shell/permissions';

const NO_TOOLS: Tool[] = [];
const NO_POLICIES: Policy[] = [];
const NO_FILTER = { search: undefined, origin: undefined, agent: undefined, calls: undefined, results: undefined };

export function ToolPoliciesPage() {
  const search = useSearch({ from: '/_app/tools' });
  const navigate = useNavigate({ from: '/tools' });
  const tools = useQuery(toolsQuery);
  const calls = useQuery(callPoliciesQuery);
  const results = useQuery(resultPoliciesQuery);
  const mayChange = useCan('policy', 'update');
  const [chosen, setChosen] = useState<ReadonlySet<string>>(new Set());
  const [asking, setAsking] = useState<Tool[] | null>(null);
  const go = (change: ToolsSearch) => void navigate({ search: (old) => ({ ...old, ...change }), replace: true });

  const all = tools.data ?? NO_TOOLS;
  const rows = useMemo(
    () => withPolicies(all, calls.data ?? NO_POLICIES, results.data ?? NO_POLICIES),
    [all, calls.data, results.data],
  );
  const shown = useMemo(() => matching(rows, search), [rows, search]);
  const picked = shown.filter(({ tool }) => chosen.has(tool.id)).map(({ tool }) => tool);
  const open = rows.find(({ tool }) => tool.id === search.tool);
  const failed = [tools, calls, results].find((query) => query.isLoadingError);
  const isPending = [tools, calls, results].some((query) => query.isPending);

  return (
    <Page
      title="Tools"
      description="What each tool may be called for, and how far its results are trusted. No model decides: rules do, at the gateway and in the chat."
    >
      <GlobalPolicyCard />
      {failed ? (
        <Card>
          <ErrorState
            title="The tools could not be read"
            error={failed.error}
            onRetry={() => void Promise.all([tools.refetch(), calls.refetch(), results.refetch()])}
          />
        </Card>
      ) : isPending ? (
        <Card>
          <SkeletonRows rows={8} />
        </Card>
      ) : all.length === 0 ? (
        <Card>
          <EmptyState
            icon={Wrench}
            title="There are no tools yet"
            actions={
              <Link to="/catalog" className={buttonClass()}>
                Install a server
              </Link>
            }
          >
            They come with the MCP servers that you install.
          </EmptyState>
        </Card>
      ) : (
        <>
          <div className="grid gap-4 md:grid-cols-2">
            <DefaultsBar kind="call" rows={rows} chosen={search.calls} onChoose={(action) => go({ calls: action })} />
            <DefaultsBar
              kind="result"
              rows={rows}
              chosen={search.results}
              onChoose={(action) => go({ results: action })}
            />
          </div>
          <Filters search={search} tools={all} counted={shown.length} onChange={go} />
          <Card>
            {shown.length === 0 ? (
              <EmptyState
                icon={SearchX}
                title="No tool matches"
                actions={<Button onClick={() => go(NO_FILTER)}>Clear the filters</Button>}
              />
            ) : (
              <>
                {mayChange ? (
                  <BulkBar
                    shown={shown.map(({ tool }) => tool)}
                    picked={picked}
                    onChoose={setChosen}
                    onConfigure={() => setAsking(picked)}
                  />
                ) : null}
                <ToolPoliciesTable
                  rows={shown}
                  chosen={mayChange ? chosen : null}
                  onChoose={setChosen}
                  onOpen={(tool) => go({ tool: tool.id })}
                />
              </>
            )}
          </Card>
        </>
      )}
      {open ? <ToolSheet key={open.tool.id} row={open} onClose={() => go({ tool: undefined })} /> : null}
      {asking ? <AutoConfigure tools={asking} onClose={() => setAsking(null)} /> : null}
    </Page>
  );
}

type FiltersProps = {
  search: ToolsSearch;
  tools: Tool[];
  counted: number;
  onChange: (change: ToolsSearch) => void;
};

function Filters({ search, tools, counted, onChange }: FiltersProps) {
  const agents = useQuery(allAgentsQuery);
  const origins = new Map(tools.map((tool) => [tool.catalogId ?? 'builtin', tool.catalogName ?? 'Built in']));
  const orNone = (value: string) => (value === '' ? undefined : value);
  return (
    <div className="flex flex-wrap items-center gap-2">
      <SearchInput
        label="Search tools"
        value={search.search ?? ''}
        onValueChange={(value) => onChange({ search: orNone(value) })}
      />
      <Select
        aria-label="Where from"
        className="w-44"
        value={search.origin ?? ''}
        onChange={(event) => onChange({ origin: orNone(event.target.value) })}
      >
        <option value="">From everywhere</option>
        {[...origins].map(([id, name]) => (
          <option key={id} value={id}>
            {name}
          </option>
        ))}
      </Select>
      <Select
        aria-label="Given to"
        className="w-44"
        value={search.agent ?? ''}
        onChange={(event) => onChange({ agent: orNone(event.target.value) })}
      >
        <option value="">Every agent</option>
        {agents.data?.map(({ id, name }) => (
          <option key={id} value={id}>
            {name}
          </option>
        ))}
      </Select>
      <span className="ml-auto text-xs text-text-3 tnum">
        {counted} of {pluralize(tools.length, 'tool')}
      </span>
    </div>
  );
}
