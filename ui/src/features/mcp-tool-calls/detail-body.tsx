import { Link } from '@tanstack/react-router';
import { FlaskConical } from 'lucide-react';
import { type ReactNode, useState } from 'react';
import type { ToolCall } from '@/api/mcp';
import { Badge } from '@/components/ui/badge';
import { buttonClass } from '@/components/ui/button';
import { CopyButton } from '@/components/ui/copy-button';
import { Notice } from '@/components/ui/notice';
import { Segmented } from '@/components/ui/segmented';
import { Fact, Figure } from '@/features/call-log/facts';
import { JsonView } from '@/features/interactions/json-view';
import { ResultView } from '@/features/tool-inspector/result-view';
import { formatBytes, formatDateTime, formatDuration } from '@/lib/format';

export function ToolCallBody({ call }: { call: ToolCall }) {
  return (
    <div className="flex flex-col gap-5 px-5 py-4">
      <div className="flex flex-wrap items-center gap-1.5">
        <Badge tone={call.isError ? 'bad' : 'ok'}>{call.isError ? 'Error' : 'Answered'}</Badge>
        <Badge>{call.method}</Badge>
        {call.authMethod ? <Badge>{call.authMethod}</Badge> : null}
        {call.truncated ? <Badge tone="warn">cut: too large to keep</Badge> : null}
        <time dateTime={call.createdAt} className="ml-auto text-xs text-text-3 tnum">
          {formatDateTime(call.createdAt)}
        </time>
      </div>
      {call.error ? (
        <Notice tone="error">
          <span className="break-words whitespace-pre-line">{call.error}</span>
        </Notice>
      ) : null}
      <dl className="grid grid-cols-2 gap-px overflow-hidden rounded-lg border border-line bg-line">
        <Figure name="Duration" value={formatDuration(call.durationMs)} />
        <Figure name="Result" value={formatBytes(call.resultBytes)} />
      </dl>
      <dl className="grid grid-cols-[auto_minmax(0,1fr)] gap-x-5 gap-y-1 text-xs">
        <Fact name="Server">
          {call.mcpServerId ? (
            <Link to="/servers/$serverId" params={{ serverId: call.mcpServerId }} className="hover:underline">
              {call.mcpServerName}
            </Link>
          ) : (
            call.mcpServerName
          )}
        </Fact>
        <Fact name="Agent">
          {call.agentId ? (
            <Link to="/gateways/$agentId" params={{ agentId: call.agentId }} className="hover:underline">
              {call.agentName ?? call.agentId}
            </Link>
          ) : (
            'none'
          )}
        </Fact>
        {(call.userName ?? call.userId) ? <Fact name="Caller">{call.userName ?? call.userId}</Fact> : null}
        {call.tokenName ? <Fact name="Token">{call.tokenName}</Fact> : null}
        {call.client ? <Fact name="Client">{call.client}</Fact> : null}
        {call.session ? <Fact name="Session">{call.session}</Fact> : null}
        <Fact name="Call id">
          <span className="flex items-center gap-1">
            <code className="truncate font-mono">{call.id}</code>
            <CopyButton text={call.id} label="Copy the call id" className="size-5 [&_svg]:size-3" />
          </span>
        </Fact>
      </dl>
      <Block
        title="Arguments"
        copied={call.toolCall?.arguments ?? null}
        actions={
          call.mcpServerId && call.toolCall ? (
            <Link
              to="/servers/$serverId"
              params={{ serverId: call.mcpServerId }}
              search={{ tab: 'inspector', tool: call.toolCall.name.split('__').at(-1) }}
              className={buttonClass({ size: 'sm', variant: 'ghost' })}
            >
              <FlaskConical aria-hidden /> Try again
            </Link>
          ) : null
        }
      >
        {call.toolCall && Object.keys(call.toolCall.arguments).length > 0 ? (
          <JsonView value={call.toolCall.arguments} />
        ) : (
          <p className="text-sm text-text-3">No arguments.</p>
        )}
      </Block>
      <Result call={call} />
    </div>
  );
}

function Result({ call }: { call: ToolCall }) {
  const [view, setView] = useState<'read' | 'json'>('read');
  const nothing = call.toolResult === null || call.toolResult === undefined;
  return (
    <Block
      title="Result"
      copied={nothing ? null : call.toolResult}
      actions={
        nothing ? null : (
          <Segmented
            label="Show the result"
            value={view}
            onValueChange={setView}
            options={[
              { value: 'read', label: 'To read' },
              { value: 'json', label: 'JSON' },
            ]}
          />
        )
      }
    >
      {nothing ? (
        <p className="text-sm text-text-3">
          {call.isError
            ? 'No result came back.'
            : 'The result was not kept: it was too large, or it is not there any more.'}
        </p>
      ) : view === 'read' ? (
        <ResultView result={call.toolResult} />
      ) : (
        <JsonView value={call.toolResult} />
      )}
    </Block>
  );
}

type BlockProps = { title: string; copied: unknown; actions: ReactNode; children: ReactNode };

function Block({ title, copied, actions, children }: BlockProps) {
  return (
    <section aria-label={title} className="rounded-lg border border-line bg-surface-2/60">
      <header className="flex min-h-9 items-center gap-2 border-b border-line py-1 pr-1.5 pl-3">
        <h3 className="flex-1 text-xs font-medium text-text-2">{title}</h3>
        {actions}
        {copied === null ? null : (
          <CopyButton text={JSON.stringify(copied, null, 2)} label={`Copy the ${title.toLowerCase()} as JSON`} />
        )}
      </header>
      <div className="p-3">{children}</div>
    </section>
  );
}
