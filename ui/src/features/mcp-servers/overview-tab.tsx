import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { FlaskConical, RefreshCw } from 'lucide-react';
import { type ReactNode, useState } from 'react';
import type { Crash, McpServer } from '@/api/mcp';
import { Button, buttonClass } from '@/components/ui/button';
import { Card, CardHeader } from '@/components/ui/card';
import { CopyButton } from '@/components/ui/copy-button';
import { Notice } from '@/components/ui/notice';
import { Segmented } from '@/components/ui/segmented';
import { Sparkline } from '@/components/ui/sparkline';
import { causeOf } from '@/components/ui/states';
import { RelativeTime } from '@/components/ui/time';
import { showToast } from '@/components/ui/toast';
import { catalogItemQuery } from '@/features/mcp-catalog/queries';
import { useReinstall, useServerAction } from '@/features/mcp-servers/queries';
import { activityOf, ownerOf, placeOf, serverLook } from '@/features/mcp-servers/status';
import { StepBar } from '@/features/mcp-servers/status-mark';
import { asSentence, formatCompact, formatDuration, pluralize } from '@/lib/format';

export function OverviewTab({ server }: { server: McpServer }) {
  return (
    <div className="flex flex-col gap-5">
      <State server={server} />
      {server.reinstallRequired ? <ReinstallNotice server={server} /> : null}
      {server.pendingToolCount > 0 ? (
        <Notice
          tone="warning"
          actions={
            <Link
              to="/servers/$serverId"
              params={{ serverId: server.id }}
              search={{ tab: 'tools' }}
              className={buttonClass({ size: 'sm' })}
            >
              Review
            </Link>
          }
        >
          {pluralize(server.pendingToolCount, 'tool')} changed since you approved{' '}
          {server.pendingToolCount === 1 ? 'it and is' : 'them and are'} paused until you have looked.
        </Notice>
      ) : null}
      {serverLook(server).state === 'failed' && server.usage.calls === 0 ? null : <Figures server={server} />}
      {server.lastCrash ? <CrashCard crash={server.lastCrash} restarts={server.restarts} /> : null}
      <Facts server={server} />
    </div>
  );
}

function State({ server }: { server: McpServer }) {
  const retry = useServerAction(server.id);
  const { state } = serverLook(server);
  if (state === 'failed') {
    return (
      <Notice
        tone="error"
        role="alert"
        actions={
          <Button size="sm" pending={retry.isPending} onClick={() => retry.mutate('retry')}>
            Try again
          </Button>
        }
      >
        <p className="font-medium">It does not run.</p>
        <p className="mt-0.5 break-words whitespace-pre-line">
          {asSentence(server.localInstallationError ?? server.statusDetail ?? '')}
        </p>
        {retry.isError ? <p className="mt-1">Trying again failed too: {causeOf(retry.error)}</p> : null}
      </Notice>
    );
  }
  if (state === 'working') {
    return (
      <div role="status" className="flex flex-col gap-2 rounded-lg border border-line bg-surface px-4 py-3 text-sm">
        <p>
          <span className="font-medium">{serverLook(server).label}…</span>{' '}
          <span className="text-text-2">{activityOf(server)}</span>
        </p>
        <StepBar progress={server.progress} />
      </div>
    );
  }
  return null;
}

function ReinstallNotice({ server }: { server: McpServer }) {
  const reinstall = useReinstall(server.id);
  return (
    <Notice
      tone="warning"
      actions={
        <Button
          size="sm"
          pending={reinstall.isPending}
          onClick={() =>
            reinstall.mutate(
              {},
              {
                onSuccess: () => showToast({ tone: 'ok', title: `${server.name} is installed anew` }),
                onError: (error) =>
                  showToast({ tone: 'bad', title: 'It could not be reinstalled', detail: causeOf(error) }),
              },
            )
          }
        >
          {reinstall.isPending ? null : <RefreshCw aria-hidden />} Reinstall
        </Button>
      }
    >
      Its catalogue entry was changed after it was installed. It runs as it was until it is reinstalled.
    </Notice>
  );
}

function Figures({ server }: { server: McpServer }) {
  const { calls, errors, p50Ms, p95Ms, series } = server.usage;
  if (calls === 0) {
    return (
      <Card className="flex flex-wrap items-center justify-between gap-4 px-4 py-3.5">
        <div>
          <p className="text-sm font-medium">No calls in the last 24 hours</p>
          <p className="text-sm text-text-2">
            Try a tool here first; give the tools to an agent when it does what it should.
          </p>
        </div>
        <Link
          to="/servers/$serverId"
          params={{ serverId: server.id }}
          search={{ tab: 'inspector' }}
          className={buttonClass()}
        >
          <FlaskConical aria-hidden /> Run a tool
        </Link>
      </Card>
    );
  }
  return (
    <dl className="grid grid-cols-2 gap-px overflow-hidden rounded-lg border border-line bg-line sm:grid-cols-4">
      <Figure name="Calls, 24 h" value={formatCompact(calls)}>
        <Sparkline values={series} label={`${pluralize(calls, 'call')} over the last 24 hours`} className="mt-1 h-6" />
      </Figure>
      <Figure name="Errors" value={formatCompact(errors)} />
      <Figure name="Median" value={formatDuration(p50Ms)} />
      <Figure name="p95" value={formatDuration(p95Ms)} />
    </dl>
  );
}

function Figure({ name, value, children }: { name: string; value: string; children?: ReactNode }) {
  return (
    <div className="bg-surface px-4 py-2.5">
      <dt className="text-2xs text-text-3">{name}</dt>
      <dd className="text-lg font-semibold tracking-tight tnum">
        {value}
        {children}
      </dd>
    </div>
  );
}

function CrashCard({ crash, restarts }: { crash: Crash; restarts: number }) {
  const [run, setRun] = useState<'this' | 'previous'>('this');
  const lines = run === 'this' ? crash.log : crash.previousLog;
  return (
    <Card>
      <CardHeader
        title="What happened when it last ended"
        description={
          <>
            <span className="font-medium text-text">{asSentence(crash.cause)}</span>
            {crash.exitCode === null ? '' : `, exit code ${crash.exitCode}`}, <RelativeTime at={crash.at} />
            {restarts > 0 ? `; ${pluralize(restarts, 'restart')} so far.` : '.'}
          </>
        }
        actions={<CopyButton text={[crash.cause, ...lines].join('\n')} label="Copy the last lines" />}
      />
      {crash.previousLog.length > 0 ? (
        <Segmented
          label="Run"
          value={run}
          onValueChange={setRun}
          className="mx-4 mb-3"
          options={[
            { value: 'this', label: 'That run' },
            { value: 'previous', label: 'The run before' },
          ]}
        />
      ) : null}
      <pre
        tabIndex={0}
        aria-label="Its last lines"
        className="max-h-72 overflow-auto border-t border-line px-4 py-3 font-mono text-xs leading-5 whitespace-pre-wrap text-text-2 focus-visible:outline-offset-[-2px]"
      >
        {lines.length === 0 ? 'It wrote nothing.' : lines.join('\n')}
      </pre>
    </Card>
  );
}

function Facts({ server }: { server: McpServer }) {
  const item = useQuery(catalogItemQuery(server.catalogId)).data;
  return (
    <Card>
      <CardHeader title="About" description={item?.description ?? undefined} />
      <dl className="grid gap-x-8 border-t border-line px-4 py-2 text-sm sm:grid-cols-2">
        <Fact name="From">
          <Link to="/catalog/$itemId" params={{ itemId: server.catalogId }} className="hover:underline">
            {server.catalogName ?? 'its catalogue entry'}
          </Link>
        </Fact>
        <Fact name="For">{ownerOf(server)}</Fact>
        <Fact name="Runs in">{placeOf(server)}</Fact>
        <Fact name="Installed">
          <RelativeTime at={server.createdAt} />
        </Fact>
        {item?.docsUrl ? (
          <Fact name="Documentation">
            <a href={item.docsUrl} target="_blank" rel="noreferrer" className="text-accent-text hover:underline">
              {hostOf(item.docsUrl)}
            </a>
          </Fact>
        ) : null}
        <Fact name="Server id">
          <span className="flex min-w-0 items-center gap-1">
            <code className="truncate font-mono text-xs">{server.id}</code>
            <CopyButton text={server.id} label="Copy the server id" className="size-5 [&_svg]:size-3" />
          </span>
        </Fact>
      </dl>
      {item?.instructions ? (
        <p className="border-t border-line px-4 py-3 text-sm whitespace-pre-line text-text-2">{item.instructions}</p>
      ) : null}
    </Card>
  );
}

function Fact({ name, children }: { name: string; children: ReactNode }) {
  return (
    <div className="flex min-w-0 items-baseline gap-4 py-1.5">
      <dt className="w-28 shrink-0 text-text-3">{name}</dt>
      <dd className="min-w-0 truncate">{children}</dd>
    </div>
  );
}

function hostOf(url: string): string {
  try {
    return new URL(url).hostname;
  } catch {
    return url;
  }
}
