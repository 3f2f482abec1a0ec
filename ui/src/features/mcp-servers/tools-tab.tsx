import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { ChevronRight, FlaskConical, SearchX, TriangleAlert, Wrench } from 'lucide-react';
import { useState } from 'react';
import type { McpServer, ServerTool } from '@/api/mcp';
import { Badge } from '@/components/ui/badge';
import { buttonClass } from '@/components/ui/button';
import { Card } from '@/components/ui/card';
import { SearchInput } from '@/components/ui/input';
import { SkeletonRows } from '@/components/ui/skeleton';
import { causeOf, EmptyState, ErrorState } from '@/components/ui/states';
import { Switch } from '@/components/ui/switch';
import { showToast } from '@/components/ui/toast';
import { JsonView } from '@/features/interactions/json-view';
import { serverToolsQuery, usePauseTool } from '@/features/mcp-servers/queries';
import { ToolReview } from '@/features/mcp-servers/tool-review';
import { isSettled } from '@/features/mcp-servers/status';
import { cn } from '@/lib/class-names';
import { formatCompact, pluralize } from '@/lib/format';
import { useCan } from '@/shell/permissions';

export function ToolsTab({ server }: { server: McpServer }) {
  const tools = useQuery(serverToolsQuery(server.id));
  const [query, setQuery] = useState('');
  if (tools.isLoadingError) {
    return <ErrorState title="The tools could not be read" error={tools.error} onRetry={() => void tools.refetch()} />;
  }
  if (tools.isPending) return <SkeletonRows />;
  if (tools.data.length === 0) {
    return (
      <EmptyState icon={Wrench} title={isSettled(server.localInstallationStatus) ? 'It has no tools' : 'No tools yet'}>
        {isSettled(server.localInstallationStatus)
          ? 'It answered, and its list of tools was empty.'
          : 'They appear when the server has started.'}
      </EmptyState>
    );
  }
  const changed = tools.data.filter((tool) => tool.pending !== null);
  const shown = tools.data.filter((tool) => fits(tool, query));
  const tokens = tools.data.reduce((sum, tool) => sum + tool.tokens, 0);
  return (
    <div className="flex flex-col gap-4">
      {changed.map((tool) => (
        <ToolReview key={tool.id} serverId={server.id} tool={tool} />
      ))}
      <div className="flex flex-wrap items-center gap-3">
        <SearchInput label="Search tools" value={query} onValueChange={setQuery} />
        <span className="ml-auto text-xs text-text-3 tnum">
          {pluralize(tools.data.length, 'tool')}, about {formatCompact(tokens)} tokens
        </span>
      </div>
      <Card>
        {shown.length === 0 ? (
          <EmptyState icon={SearchX} title="No tool matches" />
        ) : (
          <ul className="divide-y divide-line">
            {shown.map((tool) => (
              <ToolRow key={tool.id} server={server} tool={tool} />
            ))}
          </ul>
        )}
      </Card>
    </div>
  );
}

function ToolRow({ server, tool }: { server: McpServer; tool: ServerTool }) {
  const [open, setOpen] = useState(false);
  const pause = usePauseTool(server.id);
  const mayPause = useCan('mcpServer', 'admin');
  return (
    <li>
      <div className="flex items-start gap-3 px-4 py-2.5">
        <button
          type="button"
          aria-expanded={open}
          onClick={() => setOpen(!open)}
          className="flex min-w-0 flex-1 items-start gap-2 rounded text-left"
        >
          <ChevronRight
            className={cn('mt-0.5 size-4 shrink-0 text-text-3 transition-transform', open && 'rotate-90')}
            aria-hidden
          />
          <span className="min-w-0">
            <span className="flex flex-wrap items-center gap-2">
              <span className="font-mono text-xs font-medium">{tool.rawName}</span>
              {tool.pending ? <Badge tone="warn">changed, paused</Badge> : tool.paused ? <Badge>paused</Badge> : null}
              {tool.flags.map((flag) => (
                <Badge key={flag} tone="bad">
                  <TriangleAlert aria-hidden /> {flag}
                </Badge>
              ))}
              <Hints annotations={tool.annotations} />
            </span>
            {tool.description ? (
              <span className={cn('mt-0.5 block text-sm text-text-2', !open && 'line-clamp-1')}>
                {tool.description}
              </span>
            ) : null}
          </span>
        </button>
        <span className="w-20 shrink-0 pt-0.5 text-right text-xs text-text-3 tnum">
          {pluralize(tool.tokens, 'token')}
        </span>
        <Link
          to="/servers/$serverId"
          params={{ serverId: server.id }}
          search={{ tab: 'inspector', tool: tool.rawName }}
          className={buttonClass({ size: 'sm', variant: 'ghost' })}
          aria-label={`Try ${tool.rawName}`}
        >
          <FlaskConical aria-hidden /> Try
        </Link>
        <Switch
          aria-label={`${tool.rawName} can be called`}
          className="mt-1"
          checked={!tool.paused}
          disabled={!mayPause || pause.isPending || tool.pending !== null}
          onCheckedChange={(on) =>
            pause.mutate(
              { toolId: tool.id, paused: !on },
              { onError: (error) => showToast({ tone: 'bad', title: 'Not changed', detail: causeOf(error) }) },
            )
          }
        />
      </div>
      {open ? <ToolDetail tool={tool} /> : null}
    </li>
  );
}

function ToolDetail({ tool }: { tool: ServerTool }) {
  return (
    <div className="grid gap-4 border-t border-line bg-surface-2/60 px-4 py-3 pl-10 text-sm lg:grid-cols-[minmax(0,1fr)_16rem]">
      <section aria-label="Input schema" className="min-w-0">
        <h2 className="mb-1 text-xs font-medium text-text-3">What it takes</h2>
        <JsonView value={tool.parameters} />
      </section>
      <section aria-label="Use">
        <h2 className="mb-1 text-xs font-medium text-text-3">Name at the gateway</h2>
        <code className="font-mono text-xs break-all">{tool.name}</code>
        <h2 className="mt-3 mb-1 text-xs font-medium text-text-3">Given to</h2>
        {tool.assignedAgents.length === 0 ? (
          <p className="text-text-2">No agent yet.</p>
        ) : (
          <ul className="flex flex-col gap-0.5">
            {tool.assignedAgents.map((agent) => (
              <li key={agent.id}>
                <Link to="/gateways/$agentId" params={{ agentId: agent.id }} className="hover:underline">
                  {agent.name}
                </Link>
              </li>
            ))}
          </ul>
        )}
      </section>
    </div>
  );
}

/** What the server itself says of the tool. A hint, not a promise. */
function Hints({ annotations }: { annotations: ServerTool['annotations'] }) {
  return (
    <>
      {annotations?.['readOnlyHint'] === true ? <Badge tone="outline">reads only</Badge> : null}
      {annotations?.['destructiveHint'] === true ? <Badge tone="outline">may destroy</Badge> : null}
    </>
  );
}

function fits(tool: ServerTool, query: string): boolean {
  const text = `${tool.rawName} ${tool.title ?? ''} ${tool.description ?? ''}`.toLowerCase();
  return query
    .toLowerCase()
    .split(/\s+/)
    .every((word) => text.includes(word));
}
