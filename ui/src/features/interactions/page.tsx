import { useInfiniteQuery } from '@tanstack/react-query';
import { Link, useNavigate, useParams, useSearch } from '@tanstack/react-router';
import { Download, ScrollText } from 'lucide-react';
import { Button, buttonClass } from '@/components/ui/button';
import { Menu, MenuItem } from '@/components/ui/menu';
import { EmptyState } from '@/components/ui/states';
import { useCalls } from '@/features/call-log/calls';
import { CallLogPage } from '@/features/call-log/page';
import { InteractionFilters } from '@/features/interactions/filters';
import { matchesFilters } from '@/features/interactions/live';
import { exportUrl, interactionsQuery } from '@/features/interactions/queries';
import { hasFilters, type InteractionsSearch } from '@/features/interactions/search';
import { InteractionsTable } from '@/features/interactions/table';

export function InteractionsPage() {
  const search = useSearch({ from: '/_app/logs' });
  const navigate = useNavigate();
  const { interactionId } = useParams({ strict: false });
  const calls = useCalls('interactions', search, useInfiniteQuery(interactionsQuery(search)), matchesFilters);
  return (
    <CallLogPage
      title="LLM logs"
      calls={calls}
      live={search.live ?? false}
      actions={<ExportMenu search={search} disabled={calls.rows.length === 0} />}
      filters={<InteractionFilters search={search} />}
      narrowed={hasFilters(search)}
      empty={<NoCalls agentId={search.agentId} />}
      table={
        <InteractionsTable
          calls={calls}
          search={search}
          openId={interactionId}
          onOpen={(id) => void navigate({ to: '/logs/$interactionId', params: { interactionId: id }, search })}
        />
      }
    />
  );
}

function ExportMenu({ search, disabled }: { search: InteractionsSearch; disabled: boolean }) {
  return (
    <Menu
      trigger={
        <Button disabled={disabled}>
          <Download aria-hidden /> Export
        </Button>
      }
    >
      <MenuItem asChild>
        <a href={exportUrl(search, 'csv')} download>
          CSV, one line per call
        </a>
      </MenuItem>
      <MenuItem asChild>
        <a href={exportUrl(search, 'jsonl')} download>
          JSONL, one object per call
        </a>
      </MenuItem>
    </Menu>
  );
}

function NoCalls({ agentId }: { agentId: string | undefined }) {
  return (
    <EmptyState
      icon={ScrollText}
      title="No calls yet"
      actions={
        <Link to="/connect" search={{ agent: agentId }} className={buttonClass({ variant: 'primary' })}>
          Connect a client
        </Link>
      }
    >
      Every request through the LLM proxy appears here with its conversation, tokens, cost and time.
    </EmptyState>
  );
}
