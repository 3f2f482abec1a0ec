import { useQuery } from '@tanstack/react-query';
import { useSyncExternalStore } from 'react';
import { connectionState, onConnectionChange } from '@/api/connection';
import { CopyButton } from '@/components/ui/copy-button';
import { cn } from '@/lib/class-names';
import { publicConfigQuery, readinessQuery } from '@/shell/queries';

export function StatusFooter() {
  const config = useQuery(publicConfigQuery);
  const readiness = useQuery(readinessQuery);
  const connection = useSyncExternalStore(onConnectionChange, connectionState);
  const unreachable = connection.status === 'down' && connection.reason === 'unreachable';
  const database = unreachable ? undefined : readiness.data?.checks['database'];
  const spool = readiness.data?.checks['spool'];
  return (
    <footer className="flex h-7 items-center gap-4 border-t border-line bg-surface-2/60 px-4 text-2xs text-text-3 md:px-6">
      <Check name="Server" ok={!unreachable} text={unreachable ? 'away' : 'connected'} />
      <Check
        name="Database"
        ok={database ? isOk(database.status) : undefined}
        text={database ? (database.detail ?? database.status) : readiness.isPending ? '…' : 'unknown'}
      />
      {spool && !isOk(spool.status) ? <Check name="Spool" ok={false} text={spool.detail ?? spool.status} /> : null}
      <span className="flex-1" />
      {config.data ? (
        <>
          <span className="flex items-center gap-1 max-sm:hidden">
            API <code className="font-mono">{config.data.apiBaseUrl}</code>
            <CopyButton text={config.data.apiBaseUrl} label="Copy the API URL" className="size-5 [&_svg]:size-3" />
          </span>
          <span className="tnum">v{config.data.version}</span>
        </>
      ) : null}
    </footer>
  );
}

function Check({ name, ok, text }: { name: string; ok: boolean | undefined; text: string }) {
  return (
    <span className="flex items-center gap-1.5 whitespace-nowrap">
      <span
        aria-hidden
        className={cn('size-1.5 rounded-full', ok === undefined ? 'bg-text-3' : ok ? 'bg-ok' : 'bg-bad')}
      />
      {name} {text}
    </span>
  );
}

function isOk(status: string): boolean {
  return ['ok', 'ready', 'up', 'healthy'].includes(status);
}
