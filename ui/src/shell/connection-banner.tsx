import { CloudOff } from 'lucide-react';
import { useEffect, useState, useSyncExternalStore } from 'react';
import { connectionState, onConnectionChange, retryNow } from '@/api/connection';
import { Button } from '@/components/ui/button';

/** Stands on top of everything while the server is away, counts down to the next try, and goes by itself. */
export function ConnectionBanner() {
  const state = useSyncExternalStore(onConnectionChange, connectionState);
  const seconds = useCountdown(state.status === 'down' ? state.retryAt : null);
  if (state.status === 'up') return null;
  return (
    <div role="alert" className="flex items-center justify-center gap-3 bg-bad-soft px-4 py-2 text-sm text-bad-text">
      <CloudOff className="size-4 shrink-0" aria-hidden />
      <p>
        <span className="font-medium">
          {state.reason === 'unreachable'
            ? 'The server cannot be reached.'
            : 'The server is not ready: its database is away or it is starting.'}
        </span>{' '}
        <span className="tnum">{seconds > 0 ? `Trying again in ${seconds} s.` : 'Trying again…'}</span>
      </p>
      <Button size="sm" onClick={retryNow}>
        Try now
      </Button>
    </div>
  );
}

export function useCountdown(until: number | null): number {
  const [now, setNow] = useState(() => Date.now());
  useEffect(() => {
    if (until === null) return;
    const timer = setInterval(() => setNow(Date.now()), 500);
    return () => clearInterval(timer);
  }, [until]);
  return until === null ? 0 : Math.max(0, Math.ceil((until - now) / 1000));
}
