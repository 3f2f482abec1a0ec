import { Link } from '@tanstack/react-router';
import type { ToolCall } from '@/api/mcp';
import type { Calls } from '@/features/call-log/calls';
import { CallTable } from '@/features/call-log/table';
import type { ToolCallsSearch } from '@/features/mcp-tool-calls/search';
import { cn } from '@/lib/class-names';
import { formatBytes, formatDateTime, formatDuration, formatRowTime } from '@/lib/format';

const COLUMNS =
  'grid-cols-[8.5rem_5rem_minmax(11rem,1.5fr)_minmax(8rem,1fr)_minmax(8rem,1fr)_minmax(7rem,0.8fr)_5.5rem_5.5rem]';

const HEADERS: [label: string, right: boolean][] = [
  ['Time', false],
  ['Status', false],
  ['Tool', false],
  ['Server', false],
  ['Agent', false],
  ['Caller', false],
  ['Result', true],
  ['Duration', true],
];

type Props = {
  calls: Calls<ToolCall>;
  search: ToolCallsSearch;
  openId: string | undefined;
  onOpen: (id: string) => void;
};

export function ToolCallsTable({ search, ...list }: Props) {
  return (
    <CallTable
      label="Tool calls"
      headers={HEADERS}
      width="min-w-[58rem]"
      columns={COLUMNS}
      cells={(call, now) => <RowCells call={call} search={search} now={now} />}
      {...list}
    />
  );
}

function RowCells({ call, search, now }: { call: ToolCall; search: ToolCallsSearch; now: number }) {
  return (
    <>
      <div role="cell" className="truncate tnum">
        <Link
          to="/mcp-logs/$callId"
          params={{ callId: call.id }}
          search={search}
          title={formatDateTime(call.createdAt)}
          onClick={(event) => event.stopPropagation()}
          className="text-text-2 hover:text-text hover:underline"
        >
          <time dateTime={call.createdAt}>{formatRowTime(call.createdAt, now)}</time>
        </Link>
      </div>
      <div role="cell" className="flex items-center gap-1.5" title={call.error ?? undefined}>
        <span aria-hidden className={cn('size-1.5 rounded-full', call.isError ? 'bg-bad' : 'bg-ok')} />
        <span className={call.isError ? 'font-medium text-bad-text' : 'text-text-2'}>
          {call.isError ? 'Error' : 'OK'}
        </span>
      </div>
      <div role="cell" className="truncate font-mono text-xs font-medium" title={call.toolName ?? call.method}>
        {call.toolName ?? <span className="font-normal text-text-3">{call.method}</span>}
      </div>
      <div role="cell" className="truncate text-text-2">
        {call.mcpServerName}
      </div>
      <div role="cell" className="truncate">
        {call.agentName ?? <span className="text-text-3">deleted agent</span>}
      </div>
      <div role="cell" className="truncate text-text-2">
        {call.userName ?? call.tokenName ?? <span className="text-text-3">unknown</span>}
      </div>
      <div role="cell" className="text-right text-text-2 tnum">
        {formatBytes(call.resultBytes)}
      </div>
      <div role="cell" className="text-right text-text-2 tnum">
        {formatDuration(call.durationMs)}
      </div>
    </>
  );
}
