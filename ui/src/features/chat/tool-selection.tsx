import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { Wrench } from 'lucide-react';
import { type FormEvent, useMemo, useState } from 'react';
import type { ChatTool } from '@/api/chat';
import { Badge } from '@/components/ui/badge';
import { Button, buttonClass } from '@/components/ui/button';
import { Dialog, DialogBody, DialogFooter } from '@/components/ui/dialog';
import { SearchInput } from '@/components/ui/input';
import { SkeletonRows } from '@/components/ui/skeleton';
import { EmptyState, ErrorState } from '@/components/ui/states';
import { chatToolsQuery } from '@/features/chat/queries';
import { nameOf } from '@/features/chat/tool-view';
import { pluralize } from '@/lib/format';

type Props = {
  agentId: string;
  /** Null when the conversation has all tools of its agent. */
  chosen: readonly string[] | null;
  pending: boolean;
  onSave: (toolIds: string[] | null) => void;
  onClose: () => void;
};

export function ToolSelection({ agentId, chosen, pending, onSave, onClose }: Props) {
  const tools = useQuery(chatToolsQuery(agentId));
  const [search, setSearch] = useState('');
  const [changed, setChanged] = useState<ReadonlySet<string> | null>(null);
  const all = useMemo(() => tools.data ?? [], [tools.data]);
  const on = useMemo(() => changed ?? new Set(chosen ?? all.map(({ id }) => id)), [changed, chosen, all]);
  const groups = useMemo(() => byServer(all, search), [all, search]);

  function toggle(ids: string[], enable: boolean) {
    const next = new Set(on);
    for (const id of ids) {
      if (enable) next.add(id);
      else next.delete(id);
    }
    setChanged(next);
  }

  function save(event: FormEvent) {
    event.preventDefault();
    const ids = all.filter(({ id }) => on.has(id)).map(({ id }) => id);
    onSave(ids.length === all.length ? null : ids);
  }

  return (
    <Dialog
      variant="sheet"
      title="Tools of this conversation"
      description="Only these are offered to the model here. What the agent has stays as it is."
      onClose={onClose}
    >
      <form onSubmit={save} className="flex min-h-0 flex-1 flex-col">
        <div className="border-b border-line px-5 py-3">
          <SearchInput label="Search tools" className="w-full" value={search} onValueChange={setSearch} />
        </div>
        <DialogBody className="gap-3 py-3">
          {tools.isLoadingError ? (
            <ErrorState title="The tools could not be read" error={tools.error} onRetry={() => void tools.refetch()} />
          ) : tools.isPending ? (
            <SkeletonRows />
          ) : all.length === 0 ? (
            <EmptyState
              icon={Wrench}
              title="This agent has no tools"
              actions={
                <Link to="/gateways/$agentId" params={{ agentId }} className={buttonClass()}>
                  Give it some
                </Link>
              }
            />
          ) : (
            groups.map(([server, list]) => (
              <Group key={server} server={server} tools={list} on={on} onToggle={toggle} />
            ))
          )}
        </DialogBody>
        <DialogFooter>
          <span className="mr-auto text-xs text-text-3 tnum">
            {on.size} of {pluralize(all.length, 'tool')}
          </span>
          <Button onClick={onClose}>Cancel</Button>
          <Button type="submit" variant="primary" pending={pending} disabled={tools.data === undefined}>
            Use these
          </Button>
        </DialogFooter>
      </form>
    </Dialog>
  );
}

type GroupProps = {
  server: string;
  tools: ChatTool[];
  on: ReadonlySet<string>;
  onToggle: (ids: string[], enable: boolean) => void;
};

function Group({ server, tools, on, onToggle }: GroupProps) {
  const ids = tools.map(({ id }) => id);
  const count = ids.filter((id) => on.has(id)).length;
  return (
    <section aria-label={server} className="rounded-lg border border-line">
      <label className="flex items-center gap-2.5 px-3 py-2 text-sm font-medium">
        <input
          type="checkbox"
          className="accent-accent"
          checked={count === ids.length}
          ref={(box) => {
            if (box) box.indeterminate = count > 0 && count < ids.length;
          }}
          onChange={(event) => onToggle(ids, event.target.checked)}
        />
        <span className="min-w-0 flex-1 truncate">{server}</span>
        <span className="text-xs font-normal text-text-3 tnum">
          {count} of {ids.length}
        </span>
      </label>
      <ul className="divide-y divide-line border-t border-line">
        {tools.map((tool) => (
          <li key={tool.id}>
            <label className="flex cursor-pointer items-start gap-2.5 px-3 py-2 hover:bg-surface-2">
              <input
                type="checkbox"
                className="mt-1 accent-accent"
                checked={on.has(tool.id)}
                onChange={(event) => onToggle([tool.id], event.target.checked)}
              />
              <span className="min-w-0 flex-1">
                <span className="flex flex-wrap items-center gap-2 font-mono text-xs font-medium">
                  {nameOf(tool.name).tool}
                  {tool.asks ? <Badge tone="warn">asks first</Badge> : null}
                  {tool.available ? null : <Badge tone="bad">not usable now</Badge>}
                </span>
                {tool.description ? <span className="line-clamp-2 text-xs text-text-3">{tool.description}</span> : null}
              </span>
            </label>
          </li>
        ))}
      </ul>
    </section>
  );
}

function byServer(tools: readonly ChatTool[], search: string): [string, ChatTool[]][] {
  const wanted = search.trim().toLowerCase();
  const groups = new Map<string, ChatTool[]>();
  for (const tool of tools) {
    if (!`${tool.name} ${tool.description ?? ''}`.toLowerCase().includes(wanted)) continue;
    const server = tool.server ?? nameOf(tool.name).server ?? 'Archestra';
    groups.set(server, [...(groups.get(server) ?? []), tool]);
  }
  return [...groups].sort(([a], [b]) => a.localeCompare(b));
}
