import { useQuery } from '@tanstack/react-query';
import { useNavigate, useParams, useSearch } from '@tanstack/react-router';
import { CallDrawer } from '@/features/call-log/drawer';
import { ToolCallBody } from '@/features/mcp-tool-calls/detail-body';
import { toolCallQuery } from '@/features/mcp-tool-calls/queries';

export function ToolCallDrawer() {
  const { callId } = useParams({ from: '/_app/mcp-logs/$callId' });
  const search = useSearch({ from: '/_app/mcp-logs/$callId' });
  const navigate = useNavigate();
  const call = useQuery(toolCallQuery(callId));

  return (
    <CallDrawer
      label="Tool call"
      width="w-[min(46rem,100vw)]"
      id={callId}
      call={call}
      title={call.data?.toolName ?? call.data?.method}
      titleClass="font-mono text-sm"
      skeleton={['h-16', 'h-40', 'h-64']}
      onOpen={(id) => void navigate({ to: '/mcp-logs/$callId', params: { callId: id }, search, replace: true })}
      onClose={() => void navigate({ to: '/mcp-logs', search })}
    >
      {(read) => <ToolCallBody key={read.id} call={read} />}
    </CallDrawer>
  );
}
