import { useQuery } from '@tanstack/react-query';
import { Link, Outlet, useNavigate, useSearch } from '@tanstack/react-router';
import { Bot, Plus, SearchX } from 'lucide-react';
import { useState } from 'react';
import type { Agent } from '@/api/types';
import { Button, buttonClass } from '@/components/ui/button';
import { Card } from '@/components/ui/card';
import { SearchInput } from '@/components/ui/input';
import { Pager } from '@/components/ui/pager';
import { SkeletonRows } from '@/components/ui/skeleton';
import { EmptyState, ErrorState } from '@/components/ui/states';
import { DeleteAgentDialog } from '@/features/agents/delete-dialog';
import { agentsQuery, PAGE_SIZE } from '@/features/agents/queries';
import type { AgentsSearch } from '@/features/agents/search';
import { AgentsTable } from '@/features/agents/table';
import { pluralize } from '@/lib/format';
import { Page } from '@/shell/page';
import { useCan } from '@/shell/permissions';

export function AgentsPage() {
  const search = useSearch({ from: '/_app/agents' });
  const navigate = useNavigate({ from: '/agents' });
  const agents = useQuery(agentsQuery(search));
  const mayCreate = useCan('profile', 'create');
  const [doomed, setDoomed] = useState<Agent | null>(null);
  const patch = (change: AgentsSearch) =>
    void navigate({ to: '.', search: (old) => ({ ...old, ...change }), replace: true });

  return (
    <Page
      title="Agents"
      description="Each agent has its own proxy address, so that its calls, tokens and cost are told apart."
      actions={
        mayCreate ? (
          <Link to="/agents/new" search={search} className={buttonClass({ variant: 'primary' })}>
            <Plus aria-hidden /> Create agent
          </Link>
        ) : null
      }
    >
      <div className="flex items-center gap-3">
        <SearchInput
          label="Search by name"
          value={search.name ?? ''}
          onValueChange={(name) => patch({ name: name === '' ? undefined : name, page: undefined })}
        />
        <span className="ml-auto text-xs text-text-3 tnum">
          {agents.data ? pluralize(agents.data.pagination.total, 'agent') : ''}
        </span>
      </div>
      <Card>
        {agents.isLoadingError ? (
          <ErrorState title="The agents could not be read" error={agents.error} onRetry={() => void agents.refetch()} />
        ) : agents.isPending ? (
          <SkeletonRows />
        ) : agents.data.data.length === 0 ? (
          <NoAgents name={search.name} onClear={() => patch({ name: undefined })} />
        ) : (
          <AgentsTable rows={agents.data.data} search={search} onSearchChange={patch} onDelete={setDoomed} />
        )}
      </Card>
      <Pager
        label="Pages of agents"
        page={search.page ?? 1}
        totalPages={agents.data?.pagination.totalPages ?? 1}
        pageSize={PAGE_SIZE}
        onPage={(page) => patch({ page })}
      />
      <Outlet />
      {doomed ? <DeleteAgentDialog agent={doomed} onClose={() => setDoomed(null)} /> : null}
    </Page>
  );
}

function NoAgents({ name, onClear }: { name: string | undefined; onClear: () => void }) {
  if (name !== undefined) {
    return (
      <EmptyState
        icon={SearchX}
        title={`No agent is named like “${name}”`}
        actions={<Button onClick={onClear}>Clear the search</Button>}
      >
        The search looks for part of the name.
      </EmptyState>
    );
  }
  return (
    <EmptyState
      icon={Bot}
      title="No agents yet"
      actions={
        <Link to="/agents/new" className={buttonClass({ variant: 'primary' })}>
          Create the first agent
        </Link>
      }
    >
      Create one per app, team or developer you want to tell apart.
    </EmptyState>
  );
}
