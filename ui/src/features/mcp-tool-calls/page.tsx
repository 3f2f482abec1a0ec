import { useInfiniteQuery } from '@tanstack/react-query';
import { Link, useNavigate, useParams, useSearch } from '@tanstack/react-router';
import { ScrollText } from 'lucide-react';
import { buttonClass } from '@/components/ui/button';
import { EmptyState } from '@/components/ui/states';
import { useCalls } from '@/features/call-log/calls';
import { CallLogPage } from '@/features/call-log/page';
import { ToolCallFilters } from '@/features/mcp-tool-calls/filters';
import { matchesFilters } from '@/features/mcp-tool-calls/live';
import { toolCallsQuery } from '@/features/mcp-tool-calls/queries';
import { hasFilters } from '@/features/mcp-tool-calls/search';
import { ToolCallsTable } from '@/features/mcp-tool-calls/table';

export function ToolCallsPage() {
  const search = useSearch({ from: '/_app/mcp-logs' });
  const navigate = useNavigate();
  const { callId } = useParams({ strict: false });
  const calls = useCalls('mcp-tool-calls', search, useInfiniteQuery(toolCallsQuery(search)), matchesFilters);
  return (
    <CallLogPage
      title="MCP logs"
      calls={calls}
      live={search.live ?? false}
      filters={<ToolCallFilters search={search} />}
      narrowed={hasFilters(search)}
      empty={<NoCalls agentId={search.agentId} />}
      table={
        <ToolCallsTable
          calls={calls}
          search={search}
          openId={callId}
          onOpen={(id) => void navigate({ to: '/mcp-logs/$callId', params: { callId: id }, search })}
        />
      }
    />
  );
}

function NoCalls({ agentId }: { agentId: string | undefined }) {
  return (
    <EmptyState
      icon={ScrollText}
      title="No tool calls yet"
      actions={
        <>
          <Link to="/connect" search={{ kind: 'mcp', agent: agentId }} className={buttonClass({ variant: 'primary' })}>
            Connect a client
          </Link>
          <Link to="/gateways" className={buttonClass()}>
            See the gateways
          </Link>
        </>
      }
    >
      Every call through a gateway appears here: who called which tool, with what, and what came back.
    </EmptyState>
  );
}
