import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { ChartColumn } from 'lucide-react';
import { useState } from 'react';
import type { McpServer, UsageDetail } from '@/api/mcp';
import { buttonClass } from '@/components/ui/button';
import { Card, CardHeader } from '@/components/ui/card';
import { type DataColumn, DataTable } from '@/components/ui/data-table';
import { Segmented } from '@/components/ui/segmented';
import { Skeleton } from '@/components/ui/skeleton';
import { EmptyState, ErrorState } from '@/components/ui/states';
import { everyHour } from '@/features/mcp-servers/hours';
import { serverUsageQuery } from '@/features/mcp-servers/queries';
import { formatCompact, formatDateTime, formatDuration, formatInteger } from '@/lib/format';
import { useNow } from '@/lib/now';

type Timeframe = '24h' | '7d';

export function UsageTab({ server }: { server: McpServer }) {
  const [timeframe, setTimeframe] = useState<Timeframe>('24h');
  const usage = useQuery(serverUsageQuery(server.id, timeframe));
  return (
    <div className="flex flex-col gap-5">
      <div className="flex flex-wrap items-center gap-3">
        <Segmented
          label="Time"
          value={timeframe}
          onValueChange={setTimeframe}
          options={[
            { value: '24h', label: 'Last 24 hours' },
            { value: '7d', label: 'Last 7 days' },
          ]}
        />
        <Link
          to="/mcp-logs"
          search={{ mcpServerId: server.id }}
          className={buttonClass({ variant: 'link', size: 'text', className: 'ml-auto' })}
        >
          See every call
        </Link>
      </div>
      {usage.isLoadingError ? (
        <ErrorState title="The usage could not be read" error={usage.error} onRetry={() => void usage.refetch()} />
      ) : usage.isPending ? (
        <Skeleton className="h-72" />
      ) : usage.data.calls === 0 ? (
        <Card>
          <EmptyState
            icon={ChartColumn}
            title="No calls in this time"
            actions={
              <Link
                to="/servers/$serverId"
                params={{ serverId: server.id }}
                search={{ tab: 'inspector' }}
                className={buttonClass()}
              >
                Run a tool
              </Link>
            }
          />
        </Card>
      ) : (
        <Figures usage={usage.data} hours={timeframe === '24h' ? 24 : 168} />
      )}
    </div>
  );
}

function Figures({ usage, hours }: { usage: UsageDetail; hours: number }) {
  const now = useNow();
  return (
    <>
      <dl className="grid grid-cols-2 gap-px overflow-hidden rounded-lg border border-line bg-line sm:grid-cols-4">
        <Figure name="Calls" value={formatInteger(usage.calls)} />
        <Figure
          name="Errors"
          value={`${formatInteger(usage.errors)} (${((usage.errors / usage.calls) * 100).toFixed(1)} %)`}
        />
        <Figure name="Median" value={formatDuration(usage.p50Ms)} />
        <Figure name="p95" value={formatDuration(usage.p95Ms)} />
      </dl>
      <Card>
        <CardHeader title="Calls over time" description="Errors in red." />
        <div className="px-4 pb-4">
          <Bars series={everyHour(usage.series, hours, now)} />
        </div>
        <details className="border-t border-line">
          <summary className="cursor-pointer px-4 py-2.5 text-sm text-text-2 hover:text-text">As a table</summary>
          <DataTable
            caption="Calls over time"
            columns={SERIES_COLUMNS}
            rows={usage.series.filter((point) => point.calls > 0)}
            rowId={(point) => point.t}
          />
        </details>
      </Card>
      <Card>
        <CardHeader title="By tool" />
        <div className="border-t border-line">
          <DataTable caption="Calls by tool" columns={TOOL_COLUMNS} rows={usage.tools} rowId={(tool) => tool.name} />
        </div>
      </Card>
    </>
  );
}

function Figure({ name, value }: { name: string; value: string }) {
  return (
    <div className="bg-surface px-4 py-2.5">
      <dt className="text-2xs text-text-3">{name}</dt>
      <dd className="text-lg font-semibold tracking-tight tnum">{value}</dd>
    </div>
  );
}

const HEIGHT = 100;

function Bars({ series }: { series: UsageDetail['series'] }) {
  const top = Math.max(1, ...series.map((point) => point.calls));
  const width = 1000 / Math.max(1, series.length);
  return (
    <svg
      viewBox={`0 0 1000 ${HEIGHT}`}
      preserveAspectRatio="none"
      role="img"
      aria-label="Calls over time; the table below has the numbers"
      className="h-36 w-full"
    >
      {series.map((point, index) => {
        const height = (point.calls / top) * HEIGHT;
        const bad = (point.errors / top) * HEIGHT;
        const x = index * width + width * 0.1;
        return (
          <g key={point.t}>
            <title>{`${formatDateTime(point.t)}: ${formatCompact(point.calls)} calls, ${formatCompact(point.errors)} errors`}</title>
            <rect x={x} y={HEIGHT - height} width={width * 0.8} height={height} fill="var(--accent)" />
            <rect x={x} y={HEIGHT - bad} width={width * 0.8} height={bad} fill="var(--bad)" />
          </g>
        );
      })}
    </svg>
  );
}

const SERIES_COLUMNS: DataColumn<UsageDetail['series'][number]>[] = [
  { id: 't', header: 'From', cell: ({ row }) => formatDateTime(row.original.t) },
  { id: 'calls', header: 'Calls', meta: { align: 'right' }, cell: ({ row }) => formatInteger(row.original.calls) },
  { id: 'errors', header: 'Errors', meta: { align: 'right' }, cell: ({ row }) => formatInteger(row.original.errors) },
];

const TOOL_COLUMNS: DataColumn<UsageDetail['tools'][number]>[] = [
  { id: 'name', header: 'Tool', cell: ({ row }) => <span className="font-mono text-xs">{row.original.name}</span> },
  { id: 'calls', header: 'Calls', meta: { align: 'right' }, cell: ({ row }) => formatInteger(row.original.calls) },
  { id: 'errors', header: 'Errors', meta: { align: 'right' }, cell: ({ row }) => formatInteger(row.original.errors) },
  { id: 'p95', header: 'p95', meta: { align: 'right' }, cell: ({ row }) => formatDuration(row.original.p95Ms) },
];
