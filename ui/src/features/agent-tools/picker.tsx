import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { SearchX, Wrench } from 'lucide-react';
import { type FormEvent, useMemo, useState } from 'react';
import type { AgentTool, AssignmentInput, Tool } from '@/api/mcp';
import type { Agent } from '@/api/types';
import { Badge } from '@/components/ui/badge';
import { Button, buttonClass } from '@/components/ui/button';
import { Dialog, DialogBody, DialogFooter } from '@/components/ui/dialog';
import { SearchInput } from '@/components/ui/input';
import { Notice } from '@/components/ui/notice';
import { SkeletonRows } from '@/components/ui/skeleton';
import { causeOf, EmptyState, ErrorState } from '@/components/ui/states';
import { showToast } from '@/components/ui/toast';
import { CredentialSelect } from '@/features/agent-tools/credential-select';
import { type CredentialChange, toolsQuery, useAssignTools } from '@/features/agent-tools/queries';
import { type ToolGroup, groupTools } from '@/features/agent-tools/tool-groups';
import { shareText, totalTokens } from '@/features/agent-tools/token-cost';
import { TokenGauge } from '@/features/agent-tools/token-gauge';
import { formatInteger, pluralize } from '@/lib/format';

type Props = { agent: Agent; assigned: AgentTool[]; onClose: () => void };
const OWN: CredentialChange = { credentialResolutionMode: 'dynamic', mcpServerId: null };

export function ToolPicker({ agent, assigned, onClose }: Props) {
  const tools = useQuery(toolsQuery);
  const assign = useAssignTools();
  const [query, setQuery] = useState('');
  const [chosen, setChosen] = useState<ReadonlySet<string>>(new Set());
  const [credentials, setCredentials] = useState<Record<string, CredentialChange>>({});
  const [refused, setRefused] = useState<string[]>([]);
  const free = useMemo(() => {
    const given = new Set(assigned.map(({ tool }) => tool.id));
    return (tools.data ?? []).filter((tool) => !given.has(tool.id));
  }, [tools.data, assigned]);
  const groups = useMemo(() => groupTools(free, query), [free, query]);
  const picked = free.filter((tool) => chosen.has(tool.id));
  const toggle = (ids: string[], on: boolean) => {
    const next = new Set(chosen);
    for (const id of ids) {
      if (on) next.add(id);
      else next.delete(id);
    }
    setChosen(next);
  };

  function add(event: FormEvent) {
    event.preventDefault();
    const assignments = picked.map((tool): AssignmentInput => ({
      agentId: agent.id,
      toolId: tool.id,
      ...(credentials[tool.catalogId ?? ''] ?? OWN),
    }));
    assign.mutate(assignments, {
      onSuccess: ({ failed }) => {
        const names = new Map(free.map((tool) => [tool.id, tool.name]));
        setRefused(failed.map(({ toolId, error }) => `${names.get(toolId) ?? toolId}: ${error}`));
        setChosen(new Set(failed.map(({ toolId }) => toolId)));
        const done = assignments.length - failed.length;
        if (done > 0) showToast({ tone: 'ok', title: `${pluralize(done, 'tool')} given to ${agent.name}` });
        if (failed.length === 0) onClose();
      },
    });
  }

  return (
    <Dialog variant="sheet" title={`Add tools to ${agent.name}`} onClose={onClose} className="w-[min(42rem,100vw)]">
      <form onSubmit={add} className="flex min-h-0 flex-1 flex-col">
        <div className="border-b border-line px-5 py-3">
          <SearchInput label="Search tools" className="w-full" value={query} onValueChange={setQuery} />
        </div>
        <DialogBody className="gap-3 py-3">
          {assign.isError || refused.length > 0 ? (
            <Notice tone="error" role="alert">
              {assign.isError ? causeOf(assign.error) : null}
              {refused.map((each) => (
                <p key={each}>{each}</p>
              ))}
            </Notice>
          ) : null}
          {tools.isLoadingError ? (
            <ErrorState title="The tools could not be read" error={tools.error} onRetry={() => void tools.refetch()} />
          ) : tools.isPending ? (
            <SkeletonRows />
          ) : free.length === 0 ? (
            <EmptyState
              icon={Wrench}
              title={tools.data.length === 0 ? 'There are no tools yet' : 'It has every tool there is'}
              actions={
                <Link to="/catalog" className={buttonClass()}>
                  Install a server
                </Link>
              }
            />
          ) : groups.length === 0 ? (
            <EmptyState icon={SearchX} title="No tool matches" />
          ) : (
            groups.map((group) => (
              <Group
                key={group.key}
                group={group}
                chosen={chosen}
                credential={credentials[group.key] ?? OWN}
                onToggle={toggle}
                onCredential={(change) => setCredentials({ ...credentials, [group.key]: change })}
              />
            ))
          )}
        </DialogBody>
        <Cost assigned={assigned} picked={picked} />
        <DialogFooter>
          <Button onClick={onClose}>Cancel</Button>
          <Button type="submit" variant="primary" disabled={picked.length === 0} pending={assign.isPending}>
            {picked.length === 0 ? 'Add tools' : `Add ${pluralize(picked.length, 'tool')}`}
          </Button>
        </DialogFooter>
      </form>
    </Dialog>
  );
}

function Cost({ assigned, picked }: { assigned: AgentTool[]; picked: Tool[] }) {
  const now = totalTokens(assigned.map(({ tool }) => tool));
  const added = totalTokens(picked);
  return (
    <div className="flex flex-col gap-1.5 border-t border-line px-5 py-3" role="status">
      <p className="text-xs text-text-2 tnum">
        {added === 0
          ? `About ${formatInteger(now)} tokens now`
          : `About ${formatInteger(now + added)} tokens with these, ${formatInteger(added)} more`}
        , {shareText(now + added)} of a window of 200,000
      </p>
      <TokenGauge tokens={now} added={added} />
    </div>
  );
}

type GroupProps = {
  group: ToolGroup;
  chosen: ReadonlySet<string>;
  credential: CredentialChange;
  onToggle: (ids: string[], on: boolean) => void;
  onCredential: (change: CredentialChange) => void;
};

function Group({ group, chosen, credential, onToggle, onCredential }: GroupProps) {
  const ids = group.tools.map((tool) => tool.id);
  const count = ids.filter((id) => chosen.has(id)).length;
  return (
    <section aria-label={group.name} className="rounded-lg border border-line">
      <header className="flex flex-wrap items-center gap-3 px-3 py-2">
        <label className="flex min-w-0 flex-1 items-center gap-2.5 text-sm font-medium">
          <input
            type="checkbox"
            className="accent-accent"
            checked={count === ids.length}
            ref={(box) => {
              if (box) box.indeterminate = count > 0 && count < ids.length;
            }}
            onChange={(event) => onToggle(ids, event.target.checked)}
          />
          <span className="truncate">{group.name}</span>
          <span className="font-normal text-text-3 tnum">
            {count > 0 ? `${count} of ` : ''}
            {pluralize(ids.length, 'tool')}
          </span>
        </label>
        {count > 0 && group.catalogId !== null ? (
          <CredentialSelect
            label={`Whose account the tools of ${group.name} use`}
            catalogId={group.catalogId}
            value={credential}
            onChange={onCredential}
          />
        ) : null}
      </header>
      <ul className="divide-y divide-line border-t border-line">
        {group.tools.map((tool) => (
          <li key={tool.id}>
            <label className="flex cursor-pointer items-start gap-2.5 px-3 py-2 hover:bg-surface-2">
              <input
                type="checkbox"
                className="mt-1 accent-accent"
                checked={chosen.has(tool.id)}
                onChange={(event) => onToggle([tool.id], event.target.checked)}
              />
              <span className="min-w-0 flex-1">
                <span className="flex flex-wrap items-center gap-2 font-mono text-xs font-medium">
                  {tool.rawName}
                  {tool.paused ? <Badge tone="warn">changed, paused</Badge> : null}
                </span>
                {tool.description ? <span className="line-clamp-1 text-xs text-text-3">{tool.description}</span> : null}
              </span>
              <span className="shrink-0 text-xs text-text-3 tnum">{pluralize(tool.tokens, 'token')}</span>
            </label>
          </li>
        ))}
      </ul>
    </section>
  );
}
