import { useQuery } from '@tanstack/react-query';
import { useVirtualizer } from '@tanstack/react-virtual';
import { ArrowDownToLine, Download, WrapText } from 'lucide-react';
import { type ReactNode, useEffect, useMemo, useRef, useState } from 'react';
import type { McpServer } from '@/api/mcp';
import { Button } from '@/components/ui/button';
import { CopyButton } from '@/components/ui/copy-button';
import { SearchInput } from '@/components/ui/input';
import { Notice } from '@/components/ui/notice';
import { Segmented } from '@/components/ui/segmented';
import { Skeleton } from '@/components/ui/skeleton';
import { causeOf, ErrorState } from '@/components/ui/states';
import { linesOf, matching, type Severity, severityOf } from '@/features/mcp-servers/log-lines';
import { useLogStream } from '@/features/mcp-servers/log-stream';
import { serverLogsQuery } from '@/features/mcp-servers/queries';
import { cn } from '@/lib/class-names';
import { formatInteger, pluralize } from '@/lib/format';

type Run = 'now' | 'previous';

export function LogsTab({ server }: { server: McpServer }) {
  const [run, setRun] = useState<Run>('now');
  const chooser = (
    <Segmented
      label="Run"
      value={run}
      onValueChange={setRun}
      options={[
        { value: 'now', label: 'This run' },
        { value: 'previous', label: 'The run before' },
      ]}
    />
  );
  return run === 'now' ? (
    <Following server={server}>{chooser}</Following>
  ) : (
    <Previous server={server}>{chooser}</Previous>
  );
}

function Following({ server, children }: { server: McpServer; children: ReactNode }) {
  const { buffer, state, cause } = useLogStream(server.id);
  return (
    <>
      {state === 'failed' ? (
        <Notice tone="warning" role="status" className="mb-3">
          {cause} Trying again every few seconds.
        </Notice>
      ) : null}
      <LogView
        name={server.name}
        lines={buffer.lines}
        dropped={buffer.dropped}
        live={state === 'open'}
        empty={state === 'connecting' ? 'Connecting…' : 'It has written nothing so far.'}
      >
        {children}
      </LogView>
      <ShellCommand serverId={server.id} />
    </>
  );
}

function Previous({ server, children }: { server: McpServer; children: ReactNode }) {
  const logs = useQuery(serverLogsQuery(server.id, true));
  const lines = useMemo(() => linesOf(logs.data?.logs ?? ''), [logs.data]);
  if (logs.isLoadingError) {
    return (
      <>
        {children}
        <ErrorState
          title="The log of the run before could not be read"
          error={logs.error}
          onRetry={() => void logs.refetch()}
        />
      </>
    );
  }
  if (logs.isPending) return <Skeleton className="h-96" />;
  return (
    <LogView
      name={server.name}
      lines={lines}
      dropped={0}
      live={false}
      empty="There was no run before, or it is not kept any more."
    >
      {children}
    </LogView>
  );
}

type ViewProps = {
  name: string;
  lines: readonly string[];
  dropped: number;
  live: boolean;
  empty: string;
  children: ReactNode;
};

function LogView({ name, lines, dropped, live, empty, children }: ViewProps) {
  const [query, setQuery] = useState('');
  const [severity, setSeverity] = useState<Severity | 'all'>('all');
  const [wrap, setWrap] = useState(true);
  const [follow, setFollow] = useState(true);
  const shown = useMemo(() => matching(lines, query, severity), [lines, query, severity]);
  return (
    <section aria-label="Log" className="flex flex-col gap-3">
      <div className="flex flex-wrap items-center gap-2">
        {children}
        <SearchInput label="Search the log" className="w-52" value={query} onValueChange={setQuery} />
        <Segmented
          label="Severity"
          value={severity}
          onValueChange={setSeverity}
          options={[
            { value: 'all', label: 'All' },
            { value: 'error', label: 'Errors' },
            { value: 'warning', label: 'Warnings' },
          ]}
        />
        <span className="flex-1" />
        <Toggle label="Wrap long lines" on={wrap} onChange={setWrap}>
          <WrapText aria-hidden />
        </Toggle>
        {live ? (
          <Toggle label="Follow" on={follow} onChange={setFollow}>
            <ArrowDownToLine aria-hidden />
          </Toggle>
        ) : null}
        <CopyButton text={shown.join('\n')} label="Copy the lines shown" size="icon" />
        <Button
          variant="ghost"
          size="icon"
          aria-label="Download the log"
          title="Download the log"
          disabled={lines.length === 0}
          onClick={() => download(name, lines)}
        >
          <Download aria-hidden />
        </Button>
      </div>
      <div className="overflow-hidden rounded-lg border border-line bg-surface">
        {shown.length === 0 ? (
          <p className="grid h-96 place-items-center text-sm text-text-3">
            {lines.length === 0 ? empty : 'No line matches.'}
          </p>
        ) : (
          <Lines lines={shown} wrap={wrap} follow={live && follow} onFollow={setFollow} />
        )}
        <p className="border-t border-line px-3 py-1.5 text-2xs text-text-3 tnum">
          {pluralize(shown.length, 'line')}
          {shown.length === lines.length ? '' : ` of ${formatInteger(lines.length)}`}
          {dropped > 0 ? `; ${pluralize(dropped, 'older line')} left out` : ''}
          {live ? (follow ? ' · following' : ' · paused here, still reading') : ''}
        </p>
      </div>
    </section>
  );
}

type LinesProps = { lines: string[]; wrap: boolean; follow: boolean; onFollow: (follow: boolean) => void };

function Lines({ lines, wrap, follow, onFollow }: LinesProps) {
  const scroller = useRef<HTMLDivElement>(null);
  const virtual = useVirtualizer({
    count: lines.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => 20,
    overscan: 30,
  });
  // The end of the log is where the page must be once the new lines have their height.
  useEffect(() => {
    if (follow) virtual.scrollToIndex(lines.length - 1, { align: 'end' });
  }, [follow, lines, virtual]);
  return (
    <div
      ref={scroller}
      tabIndex={0}
      role="log"
      aria-label="Lines of the log"
      className="h-[min(36rem,62vh)] overflow-auto font-mono text-xs leading-5 focus-visible:outline-offset-[-2px]"
      onWheel={(event) => {
        if (event.deltaY < 0) onFollow(false);
      }}
      onKeyDown={(event) => {
        if (['ArrowUp', 'PageUp', 'Home'].includes(event.key)) onFollow(false);
        if (event.key === 'End') onFollow(true);
      }}
    >
      <div className="relative w-full" style={{ height: virtual.getTotalSize() }}>
        {virtual.getVirtualItems().map((item) => {
          const line = lines[item.index] ?? '';
          return (
            <div
              key={item.key}
              ref={virtual.measureElement}
              data-index={item.index}
              className={cn(
                'absolute inset-x-0 border-l-2 border-transparent pr-3 pl-3',
                wrap ? 'break-words whitespace-pre-wrap' : 'whitespace-pre',
                { error: 'border-bad text-bad-text', warning: 'border-warn text-warn-text', other: 'text-text-2' }[
                  severityOf(line)
                ],
              )}
              style={{ transform: `translateY(${item.start}px)` }}
            >
              {line === '' ? '\u00a0' : line}
            </div>
          );
        })}
      </div>
    </div>
  );
}

type ToggleProps = { label: string; on: boolean; onChange: (on: boolean) => void; children: ReactNode };

function Toggle({ label, on, onChange, children }: ToggleProps) {
  return (
    <Button
      variant="ghost"
      size="icon"
      aria-label={label}
      title={label}
      aria-pressed={on}
      className={on ? 'bg-accent-soft text-accent-text' : undefined}
      onClick={() => onChange(!on)}
    >
      {children}
    </Button>
  );
}

/** The same log outside this page, for whoever has a shell there. */
function ShellCommand({ serverId }: { serverId: string }) {
  const logs = useQuery(serverLogsQuery(serverId, false));
  if (!logs.data?.command) return logs.isError ? <p className="sr-only">{causeOf(logs.error)}</p> : null;
  return (
    <p className="mt-3 flex items-center gap-2 text-xs text-text-3">
      In a shell: <code className="truncate font-mono text-text-2">{logs.data.command}</code>
      <CopyButton text={logs.data.command} label="Copy the command" />
    </p>
  );
}

function download(name: string, lines: readonly string[]): void {
  const url = URL.createObjectURL(new Blob([`${lines.join('\n')}\n`], { type: 'text/plain' }));
  const link = document.createElement('a');
  link.href = url;
  link.download = `${name.replace(/[^\w.-]+/g, '-')}.log`;
  link.click();
  URL.revokeObjectURL(url);
}
