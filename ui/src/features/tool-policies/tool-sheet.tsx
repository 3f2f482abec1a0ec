import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { Sparkles } from 'lucide-react';
import type { Tool } from '@/api/mcp';
import { buttonClass } from '@/components/ui/button';
import { Dialog, DialogBody } from '@/components/ui/dialog';
import { Notice } from '@/components/ui/notice';
import { RelativeTime } from '@/components/ui/time';
import { serversQuery } from '@/features/mcp-servers/queries';
import { PolicySection } from '@/features/tool-policies/policy-section';
import type { ToolRow } from '@/features/tool-policies/summary';

/** One tool: what it is, what it may be called for, how far its results are trusted. */
export function ToolSheet({ row: { tool, call, result }, onClose }: { row: ToolRow; onClose: () => void }) {
  return (
    <Dialog
      variant="sheet"
      title={<span className="font-mono text-base break-all">{tool.rawName}</span>}
      description={`${tool.catalogName ?? 'Built in'}${tool.assignedAgentCount > 0 ? `, given to ${tool.assignedAgents.map(({ name }) => name).join(', ')}` : ', given to no agent'}`}
      onClose={onClose}
      className="w-[min(42rem,100vw)]"
    >
      <DialogBody className="gap-5">
        {tool.paused ? <Paused tool={tool} /> : null}
        {tool.description ? <p className="line-clamp-4 shrink-0 text-sm text-text-2">{tool.description}</p> : null}
        {tool.policiesAutoConfiguredAt ? (
          <section aria-label="What the model said" className="rounded-lg bg-surface-2 px-3 py-2.5 text-sm">
            <p className="flex flex-wrap items-center gap-1.5 text-xs text-text-3">
              <Sparkles className="size-3.5" aria-hidden /> Proposed by {tool.policiesAutoConfiguredModel},{' '}
              <RelativeTime at={tool.policiesAutoConfiguredAt} />
            </p>
            <p className="mt-1">{tool.policiesAutoConfiguredReasoning}</p>
          </section>
        ) : null}
        <PolicySection kind="call" tool={tool} side={call} />
        <PolicySection kind="result" tool={tool} side={result} />
        <p className="text-xs text-text-3">
          Rules with conditions count before the default; where several hold, the strictest counts. The gateway knows
          only what went through it: outside the chat a context is untrusted where the agent says that it starts so.
        </p>
      </DialogBody>
    </Dialog>
  );
}

function Paused({ tool }: { tool: Tool }) {
  const servers = useQuery(serversQuery);
  const server = servers.data?.find(({ catalogId }) => catalogId === tool.catalogId);
  return (
    <Notice
      tone="warning"
      actions={
        server ? (
          <Link
            to="/servers/$serverId"
            params={{ serverId: server.id }}
            search={{ tab: 'tools' }}
            className={buttonClass({ size: 'sm' })}
          >
            {tool.pending ? 'Look at the change' : 'To the server'}
          </Link>
        ) : null
      }
    >
      {tool.pending
        ? 'It is not what was approved any more, so nobody can call it until somebody has looked at the change.'
        : 'It is paused: nobody can call it.'}
    </Notice>
  );
}
