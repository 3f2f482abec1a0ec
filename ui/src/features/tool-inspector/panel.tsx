import { useQuery } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { FlaskConical, SearchX } from 'lucide-react';
import { useState } from 'react';
import type { McpServer, ServerTool } from '@/api/mcp';
import { SearchInput } from '@/components/ui/input';
import { Notice } from '@/components/ui/notice';
import { SkeletonRows } from '@/components/ui/skeleton';
import { EmptyState, ErrorState } from '@/components/ui/states';
import { serverToolsQuery } from '@/features/mcp-servers/queries';
import { serverLook } from '@/features/mcp-servers/status';
import { RawRequest } from '@/features/tool-inspector/raw-request';
import { ToolRun } from '@/features/tool-inspector/tool-run';
import { cn } from '@/lib/class-names';

type Props = { server: McpServer; toolName: string | undefined };

/** Calls what a server offers, straight, without an agent and its rules in between. */
export function InspectorPanel({ server, toolName }: Props) {
  const tools = useQuery(serverToolsQuery(server.id));
  const navigate = useNavigate();
  const [query, setQuery] = useState('');
  const choose = (name: string) =>
    void navigate({ to: '.', search: { tab: 'inspector' as const, tool: name }, replace: true });
  if (tools.isLoadingError) {
    return <ErrorState title="The tools could not be read" error={tools.error} onRetry={() => void tools.refetch()} />;
  }
  if (tools.isPending) return <SkeletonRows />;
  const shown = tools.data.filter((tool) => tool.rawName.toLowerCase().includes(query.toLowerCase()));
  const chosen = tools.data.find((tool) => tool.rawName === toolName) ?? tools.data[0];
  const raw = toolName === RAW;
  return (
    <div className="flex flex-col gap-4">
      {serverLook(server).state === 'running' ? null : (
        <Notice tone="warning">It does not run just now, so calls wait for it or fail.</Notice>
      )}
      <div className="grid items-start gap-6 lg:grid-cols-[15rem_minmax(0,1fr)]">
        <nav aria-label="Tools" className="flex flex-col gap-2 lg:sticky lg:top-4">
          <SearchInput label="Search tools" className="w-full" value={query} onValueChange={setQuery} />
          <ul className="flex max-h-[55vh] flex-col gap-0.5 overflow-y-auto">
            {shown.map((tool) => (
              <li key={tool.id}>
                <ToolButton tool={tool} chosen={!raw && tool === chosen} onChoose={() => choose(tool.rawName)} />
              </li>
            ))}
            {shown.length === 0 ? (
              <li className="flex items-center gap-2 px-2 py-3 text-xs text-text-3">
                <SearchX className="size-4" aria-hidden /> {tools.data.length === 0 ? 'No tools' : 'No tool matches'}
              </li>
            ) : null}
          </ul>
          <button
            type="button"
            aria-current={raw ? 'true' : undefined}
            onClick={() => choose(RAW)}
            className={cn(
              'rounded-md border-t border-line px-2 py-1.5 text-left text-sm',
              raw ? 'bg-accent-soft font-medium text-accent-text' : 'text-text-2 hover:bg-surface-3 hover:text-text',
            )}
          >
            Any other request…
          </button>
        </nav>
        {raw ? (
          <RawRequest server={server} />
        ) : chosen ? (
          <ToolRun key={chosen.id} server={server} tool={chosen} />
        ) : (
          <EmptyState icon={FlaskConical} title="There is no tool to try">
            Other requests can still be sent: resources, prompts, a ping.
          </EmptyState>
        )}
      </div>
    </div>
  );
}

const RAW = '(request)';

function ToolButton({ tool, chosen, onChoose }: { tool: ServerTool; chosen: boolean; onChoose: () => void }) {
  return (
    <button
      type="button"
      aria-current={chosen ? 'true' : undefined}
      onClick={onChoose}
      title={tool.description ?? undefined}
      className={cn(
        'w-full truncate rounded-md px-2 py-1.5 text-left font-mono text-xs transition-colors',
        chosen ? 'bg-accent-soft font-medium text-accent-text' : 'text-text-2 hover:bg-surface-3 hover:text-text',
      )}
    >
      {tool.rawName}
    </button>
  );
}
