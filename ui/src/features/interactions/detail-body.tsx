import { Link } from '@tanstack/react-router';
import { Tabs } from 'radix-ui';
import { useMemo } from 'react';
import type { InteractionDetail } from '@/api/types';
import { Badge } from '@/components/ui/badge';
import { CodeBlock } from '@/components/ui/code-block';
import { CopyButton } from '@/components/ui/copy-button';
import { Notice } from '@/components/ui/notice';
import { providerName } from '@/features/agents/proxy-urls';
import { Fact, Figure } from '@/features/call-log/facts';
import { readConversation } from '@/features/interactions/conversation/read';
import { ConversationView } from '@/features/interactions/conversation-view';
import { DETAIL_TABS, type DetailTab } from '@/features/interactions/detail-search';
import { JsonView } from '@/features/interactions/json-view';
import { outcomeLook, typeLabel } from '@/features/interactions/outcome';
import { totalInput } from '@/features/interactions/tokens';
import { Timing, TokenBar } from '@/features/interactions/timing';
import { formatBytes, formatCost, formatDateTime, formatDuration, formatInteger } from '@/lib/format';

type Props = { call: InteractionDetail; tab: DetailTab; onTab: (tab: DetailTab) => void };

const TAB_LABELS: Record<DetailTab, string> = {
  conversation: 'Conversation',
  request: 'Request',
  response: 'Response',
};

export function InteractionBody({ call, tab, onTab }: Props) {
  const conversation = useMemo(() => readConversation(call.type, call.request, call.response), [call]);
  return (
    <>
      <Summary call={call} />
      <Tabs.Root
        value={tab}
        onValueChange={(next) => onTab(DETAIL_TABS.find((each) => each === next) ?? 'conversation')}
      >
        <Tabs.List
          aria-label="Parts of the call"
          className="sticky top-0 z-10 flex gap-5 border-y border-line bg-surface px-5"
        >
          {DETAIL_TABS.map((each) => (
            <Tabs.Trigger
              key={each}
              value={each}
              className="-mb-px border-b-2 border-transparent py-2 text-sm text-text-2 hover:text-text focus-visible:outline-offset-[-2px] data-[state=active]:border-accent data-[state=active]:font-medium data-[state=active]:text-text"
            >
              {TAB_LABELS[each]}
            </Tabs.Trigger>
          ))}
        </Tabs.List>
        <Tabs.Content value="conversation" className="p-5 outline-none">
          {conversation ? (
            <ConversationView conversation={conversation} />
          ) : (
            <p className="py-6 text-center text-sm text-text-3">
              This kind of call carries no conversation. Its request and response stand in the other tabs.
            </p>
          )}
        </Tabs.Content>
        <Tabs.Content value="request" className="p-5 outline-none">
          <Body
            name="request"
            json={call.request}
            text={call.requestText}
            size={call.requestBytes}
            truncated={call.truncated}
          />
        </Tabs.Content>
        <Tabs.Content value="response" className="p-5 outline-none">
          <Body
            name="response"
            json={call.response}
            text={call.responseText}
            size={call.responseBytes}
            truncated={call.truncated}
            note={call.stream ? 'Streamed; put together from its events.' : undefined}
          />
        </Tabs.Content>
      </Tabs.Root>
    </>
  );
}

function Summary({ call }: { call: InteractionDetail }) {
  const look = outcomeLook(call.outcome);
  return (
    <div className="flex flex-col gap-4 px-5 py-4">
      <div className="flex flex-wrap items-center gap-1.5">
        <Badge tone={look.tone}>
          {call.status === 0 ? '' : `${call.status} `}
          {look.label}
        </Badge>
        <Badge>{providerName(call.provider)}</Badge>
        <Badge>{typeLabel(call.type)}</Badge>
        {call.stream ? <Badge>Streamed</Badge> : null}
        {call.toolCallCount > 0 ? (
          <Badge>{call.toolCallCount === 1 ? '1 tool call' : `${call.toolCallCount} tool calls`}</Badge>
        ) : null}
        <time dateTime={call.createdAt} className="ml-auto text-xs text-text-3 tnum">
          {formatDateTime(call.createdAt)}
        </time>
      </div>
      {call.error ? <Notice tone="error">{call.error}</Notice> : null}
      <dl className="grid grid-cols-2 gap-px overflow-hidden rounded-lg border border-line bg-line sm:grid-cols-4">
        <Figure name="Cost" value={call.cost === null ? 'unknown' : formatCost(call.cost)} />
        <Figure name="Input tokens" value={formatInteger(totalInput(call))} />
        <Figure name="Output tokens" value={formatInteger(call.outputTokens)} />
        <Figure name="Duration" value={formatDuration(call.durationMs)} />
      </dl>
      <TokenBar call={call} />
      <Timing call={call} />
      <dl className="grid grid-cols-[auto_minmax(0,1fr)] gap-x-5 gap-y-1 text-xs sm:grid-cols-[auto_minmax(0,1fr)_auto_minmax(0,1fr)]">
        <Fact name="Agent">
          {call.agentId ? (
            <Link to="/agents/$agentId" params={{ agentId: call.agentId }} className="hover:underline">
              {call.agentName ?? call.agentId}
            </Link>
          ) : (
            'none'
          )}
        </Fact>
        {call.requestedModel && call.requestedModel !== call.model ? (
          <Fact name="Asked for">{call.requestedModel}</Fact>
        ) : null}
        {call.optimization ? (
          <Fact name="Optimized">
            <Link to="/optimization-rules" className="hover:underline">
              {call.optimization.baselineCost === null
                ? 'by a rule'
                : `by a rule, instead of ${formatCost(call.optimization.baselineCost)}`}
            </Link>
          </Fact>
        ) : null}
        {call.externalAgentId ? (
          <FilterFact name="External agent" filter="externalAgentId" value={call.externalAgentId} />
        ) : null}
        {call.sessionId ? (
          <FilterFact
            name={call.sessionSource ? `Session (${call.sessionSource})` : 'Session'}
            filter="sessionId"
            value={call.sessionId}
          />
        ) : null}
        {call.userId ? (
          <FilterFact name="User" filter="userId" value={call.userId} shown={call.userName ?? call.userId} />
        ) : null}
        <Fact name="Call id">
          <span className="flex items-center gap-1">
            <code className="truncate font-mono">{call.id}</code>
            <CopyButton text={call.id} label="Copy the call id" className="size-5 [&_svg]:size-3" />
          </span>
        </Fact>
      </dl>
    </div>
  );
}

type FilterFactProps = {
  name: string;
  filter: 'externalAgentId' | 'sessionId' | 'userId';
  value: string;
  shown?: string;
};

function FilterFact({ name, filter, value, shown }: FilterFactProps) {
  return (
    <Fact name={name}>
      <Link to="/logs" search={{ [filter]: value }} title="Show all its calls" className="font-mono hover:underline">
        {shown ?? value}
      </Link>
    </Fact>
  );
}

type BodyProps = {
  name: string;
  json: unknown;
  text: string | null | undefined;
  size: number | null;
  truncated: boolean;
  note?: string;
};

function Body({ name, json, text, size, truncated, note }: BodyProps) {
  if (json === null || json === undefined) {
    return text ? (
      <CodeBlock code={text} label={`${name} body`} caption={`${name}, not JSON`} />
    ) : (
      <p className="py-6 text-center text-sm text-text-3">No {name} body was recorded.</p>
    );
  }
  return (
    <section className="rounded-lg border border-line bg-surface-2/60">
      <header className="flex h-9 items-center gap-3 border-b border-line pr-1.5 pl-3 text-xs text-text-3">
        <span className="tnum">{formatBytes(size)}</span>
        {note ? <span>{note}</span> : null}
        {truncated ? <Badge tone="warn">cut: the body was too large to keep</Badge> : null}
        <span className="flex-1" />
        <CopyButton text={JSON.stringify(json, null, 2)} label={`Copy the ${name} as JSON`}>
          Copy
        </CopyButton>
      </header>
      <JsonView value={json} className="p-2" />
    </section>
  );
}
