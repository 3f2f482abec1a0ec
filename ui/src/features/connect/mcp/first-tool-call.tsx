import { Link } from '@tanstack/react-router';
import { ArrowRight, CircleCheck } from 'lucide-react';
import { useCallback, useState } from 'react';
import type { ToolCall } from '@/api/mcp';
import type { Agent } from '@/api/types';
import { buttonClass } from '@/components/ui/button';
import { showToast } from '@/components/ui/toast';
import { Waiting } from '@/features/connect/waiting';
import { useLiveToolCalls } from '@/features/mcp-tool-calls/live';
import { formatDuration } from '@/lib/format';

/** Watches for the gateway's next request and says so when it comes. */
export function FirstToolCall({ agent }: { agent: Agent }) {
  const [call, setCall] = useState<ToolCall | null>(null);
  const onCall = useCallback((arrived: ToolCall) => {
    setCall(arrived);
    // The snippet above may be long and this box out of sight.
    showToast(
      arrived.isError
        ? { tone: 'bad', title: 'A request came through, but failed', detail: arrived.error ?? undefined }
        : { tone: 'ok', title: 'Connected', detail: `${arrived.toolName ?? arrived.method} came through.` },
    );
  }, []);
  const state = useLiveToolCalls(call === null, agent.id, onCall);

  if (call !== null) return <Arrived call={call} />;
  return (
    <Waiting state={state} title="Waiting for your first call…">
      Start the client; when it asks for the tools, this turns green.
    </Waiting>
  );
}

function Arrived({ call }: { call: ToolCall }) {
  return (
    <div
      role="status"
      className={
        call.isError
          ? 'flex items-center gap-3.5 rounded-lg border border-warn/50 bg-warn-soft px-4 py-3.5 text-warn-text'
          : 'flex items-center gap-3.5 rounded-lg border border-ok/50 bg-ok-soft px-4 py-3.5 text-ok-text'
      }
    >
      <CircleCheck className="size-5 shrink-0" aria-hidden />
      <div className="min-w-0 flex-1">
        <p className="text-sm font-semibold">
          {call.isError ? 'A request came through, but failed' : 'Connected: a request came through'}
        </p>
        <p className="truncate text-xs tnum">
          {call.error ??
            [call.toolName ?? call.method, call.userName ?? call.tokenName, formatDuration(call.durationMs)]
              .filter(Boolean)
              .join(' · ')}
        </p>
      </div>
      <Link to="/mcp-logs/$callId" params={{ callId: call.id }} className={buttonClass({ size: 'sm' })}>
        Open it <ArrowRight aria-hidden />
      </Link>
    </div>
  );
}
