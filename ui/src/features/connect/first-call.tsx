import { Link } from '@tanstack/react-router';
import { ArrowRight, CircleCheck } from 'lucide-react';
import { useCallback, useState } from 'react';
import type { Agent, Interaction } from '@/api/types';
import { buttonClass } from '@/components/ui/button';
import { RelativeTime } from '@/components/ui/time';
import { showToast } from '@/components/ui/toast';
import { Waiting } from '@/features/connect/waiting';
import { useLiveInteractions } from '@/features/interactions/live';
import { outcomeLook } from '@/features/interactions/outcome';
import { totalInput } from '@/features/interactions/tokens';
import { formatCompact, formatCost, formatDuration } from '@/lib/format';

/** Watches for the agent's next call and says so when it comes. */
export function FirstCall({ agent }: { agent: Agent | undefined }) {
  const [call, setCall] = useState<Interaction | null>(null);
  const onInteraction = useCallback((row: Interaction) => {
    setCall(row);
    // The snippet above may be long and this box out of sight.
    showToast(
      outcomeLook(row.outcome).tone === 'ok'
        ? { tone: 'ok', title: 'Connected', detail: `A call to ${row.model ?? row.provider} came through.` }
        : { tone: 'bad', title: 'A call came through, but failed', detail: row.error ?? undefined },
    );
  }, []);
  const state = useLiveInteractions(agent !== undefined && call === null, agent?.id, onInteraction);

  if (call !== null) return <Arrived call={call} />;
  return (
    <Waiting state={state} title={agent?.lastUsedAt ? 'Waiting for the next call…' : 'Waiting for your first call…'}>
      Run the client and ask it something; this turns green.{' '}
      {agent?.lastUsedAt ? (
        <>
          Last call of {agent.name}: <RelativeTime at={agent.lastUsedAt} />.
        </>
      ) : null}
    </Waiting>
  );
}

function Arrived({ call }: { call: Interaction }) {
  const look = outcomeLook(call.outcome);
  const good = look.tone === 'ok';
  return (
    <div
      role="status"
      className={
        good
          ? 'flex items-center gap-3.5 rounded-lg border border-ok/50 bg-ok-soft px-4 py-3.5 text-ok-text'
          : 'flex items-center gap-3.5 rounded-lg border border-warn/50 bg-warn-soft px-4 py-3.5 text-warn-text'
      }
    >
      <CircleCheck className="size-5 shrink-0" aria-hidden />
      <div className="min-w-0 flex-1">
        <p className="text-sm font-semibold">
          {good
            ? 'Connected: a call came through'
            : `A call came through, but: ${look.label.toLowerCase()} (${call.status})`}
        </p>
        <p className="truncate text-xs tnum">
          {call.error ??
            `${call.model ?? call.type} · ${formatCompact(totalInput(call))} in, ${formatCompact(call.outputTokens)} out · ${call.cost === null ? 'cost unknown' : formatCost(call.cost)} · ${formatDuration(call.durationMs)}`}
        </p>
      </div>
      <Link to="/logs/$interactionId" params={{ interactionId: call.id }} className={buttonClass({ size: 'sm' })}>
        Open it <ArrowRight aria-hidden />
      </Link>
    </div>
  );
}
