import { Link } from '@tanstack/react-router';
import { Check, Container, Cpu, ExternalLink, type LucideIcon, Ship, X } from 'lucide-react';
import type { Runtime, RuntimeId } from '@/api/mcp';
import { Badge } from '@/components/ui/badge';
import { Card } from '@/components/ui/card';
import { CopyButton } from '@/components/ui/copy-button';
import { InlineCode } from '@/components/ui/inline-code';
import { asSentence, pluralize } from '@/lib/format';

const ICONS: Record<RuntimeId, LucideIcon> = { docker: Container, kubernetes: Ship, process: Cpu };

const CAPABILITIES: Record<string, string> = {
  images: 'any image',
  commands: 'npx and uvx',
  stdio: 'stdio servers',
  http: 'HTTP servers',
  secretFiles: 'secrets as files',
  pullSecrets: 'private images',
  serviceAccounts: 'service accounts',
  limits: 'limits for memory and processors',
  outlivesProgram: 'goes on without this server',
};

const ISOLATION: Record<string, string> = {
  container: 'a container of its own',
  pod: 'a pod of its own',
  sandbox: 'a sandbox on this machine',
  none: 'none: a process like any other of this account',
};

export function RuntimeCard({ runtime }: { runtime: Runtime }) {
  const { health } = runtime;
  const Icon = ICONS[runtime.id];
  return (
    <Card aria-label={runtime.name} className="flex flex-col gap-3 p-4">
      <div className="flex items-start gap-3">
        <span className="grid size-9 shrink-0 place-items-center rounded-lg border border-line bg-surface-2 text-text-2">
          <Icon className="size-4.5" aria-hidden />
        </span>
        <div className="min-w-0 flex-1">
          <h3 className="text-sm font-semibold">{runtime.name}</h3>
          {health.status === 'available' && health.version ? (
            <p className="truncate text-xs text-text-3">{health.version}</p>
          ) : null}
        </div>
        {health.status === 'available' ? (
          <Badge tone="ok">
            <Check aria-hidden /> Ready
          </Badge>
        ) : (
          <Badge>
            <X aria-hidden /> Not usable
          </Badge>
        )}
      </div>
      {health.status === 'available' ? (
        <>
          {health.detail ? <p className="text-sm text-text-2">{health.detail}</p> : null}
          <dl className="grid grid-cols-[5rem_minmax(0,1fr)] gap-x-3 gap-y-1 text-xs">
            {health.isolation ? (
              <>
                <dt className="text-text-3">Isolation</dt>
                <dd>{ISOLATION[health.isolation] ?? health.isolation}</dd>
              </>
            ) : null}
            <dt className="text-text-3">Runs</dt>
            <dd>
              {runtime.serverCount > 0 ? (
                <Link to="/servers" className="hover:underline">
                  {pluralize(runtime.serverCount, 'server')}
                </Link>
              ) : (
                'nothing yet'
              )}
            </dd>
          </dl>
          {runtime.capabilities.length > 0 ? (
            <ul aria-label="What it can do" className="flex flex-wrap gap-1.5">
              {runtime.capabilities.map((capability) => (
                <li key={capability}>
                  <Badge tone="outline">{CAPABILITIES[capability] ?? capability}</Badge>
                </li>
              ))}
            </ul>
          ) : null}
        </>
      ) : (
        <Missing cause={health.cause} fix={health.fix} />
      )}
    </Card>
  );
}

type MissingProps = { cause: string; fix: { text: string; command: string | null; url: string | null } };

/** What is missing, and how it gets there. */
function Missing({ cause, fix }: MissingProps) {
  return (
    <div className="flex flex-col gap-2 text-sm">
      <p className="wrap-anywhere text-text-2">{asSentence(cause)}</p>
      {fix.text ? (
        <p className="wrap-anywhere">
          <InlineCode text={asSentence(fix.text)} />
        </p>
      ) : null}
      {fix.command ? (
        <p className="flex items-center gap-2 rounded-md border border-line bg-surface-2 py-1 pr-1 pl-2.5">
          <code className="min-w-0 flex-1 font-mono text-xs break-all">{fix.command}</code>
          <CopyButton text={fix.command} label="Copy the command" />
        </p>
      ) : null}
      {fix.url && /^https:\/\//.test(fix.url) ? (
        <a
          href={fix.url}
          target="_blank"
          rel="noreferrer"
          className="inline-flex items-center gap-1 self-start text-accent-text hover:underline"
        >
          How to install it <ExternalLink className="size-3.5" aria-hidden />
        </a>
      ) : null}
    </div>
  );
}
