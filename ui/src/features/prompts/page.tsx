import { useQuery } from '@tanstack/react-query';
import { Link, useNavigate, useSearch } from '@tanstack/react-router';
import { Ellipsis, History, MessageSquare, NotebookPen, Pencil, Plus, SearchX, Trash2 } from 'lucide-react';
import { useState } from 'react';
import type { Prompt } from '@/api/chat';
import type { Agent } from '@/api/types';
import { Button, buttonClass } from '@/components/ui/button';
import { Card } from '@/components/ui/card';
import { ConfirmDialog } from '@/components/ui/confirm-dialog';
import { type DataColumn, DataTable } from '@/components/ui/data-table';
import { SearchInput } from '@/components/ui/input';
import { Menu, MenuItem } from '@/components/ui/menu';
import { SkeletonRows } from '@/components/ui/skeleton';
import { causeOf, EmptyState, ErrorState } from '@/components/ui/states';
import { RelativeTime } from '@/components/ui/time';
import { showToast } from '@/components/ui/toast';
import { allAgentsQuery } from '@/features/agents/queries';
import { PromptDialog } from '@/features/prompts/form';
import { PromptHistory } from '@/features/prompts/history';
import { promptsQuery, useDeletePrompt } from '@/features/prompts/queries';
import type { PromptsSearch } from '@/features/prompts/search';
import { pluralize } from '@/lib/format';
import { Page } from '@/shell/page';
import { useCan } from '@/shell/permissions';

export function PromptsPage() {
  const search = useSearch({ from: '/_app/prompts' });
  const navigate = useNavigate({ from: '/prompts' });
  const prompts = useQuery(promptsQuery);
  const agents = useQuery(allAgentsQuery);
  const mayCreate = useCan('prompt', 'create');
  const [doomed, setDoomed] = useState<Prompt | null>(null);
  const go = (change: PromptsSearch) => void navigate({ search: { name: search.name, ...change } });
  const close = () => go({});
  const wanted = (search.name ?? '').toLowerCase();
  const shown = (prompts.data ?? []).filter(({ name }) => name.toLowerCase().includes(wanted));
  const edited = prompts.data?.find(({ id }) => id === search.edit);
  const past = prompts.data?.find(({ id }) => id === search.history);

  return (
    <Page
      title="Prompts"
      description="Instructions and questions to begin a chat with. Every change is a version one can go back to."
      actions={
        mayCreate ? (
          <Button variant="primary" onClick={() => go({ create: true })}>
            <Plus aria-hidden /> Create prompt
          </Button>
        ) : null
      }
    >
      <div className="flex items-center gap-3">
        <SearchInput
          label="Search by name"
          value={search.name ?? ''}
          onValueChange={(name) => void navigate({ search: { name: name === '' ? undefined : name }, replace: true })}
        />
        <span className="ml-auto text-xs text-text-3 tnum">
          {prompts.data ? pluralize(prompts.data.length, 'prompt') : ''}
        </span>
      </div>
      <Card>
        {prompts.isLoadingError ? (
          <ErrorState
            title="The prompts could not be read"
            error={prompts.error}
            onRetry={() => void prompts.refetch()}
          />
        ) : prompts.isPending ? (
          <SkeletonRows />
        ) : shown.length === 0 ? (
          <NoPrompts searching={wanted !== ''} mayCreate={mayCreate} onCreate={() => go({ create: true })} />
        ) : (
          <DataTable
            caption="Prompts"
            columns={columns(agents.data ?? [], { onGo: go, onDelete: setDoomed, mayChange: mayCreate })}
            rows={shown}
            rowId={({ id }) => id}
          />
        )}
      </Card>
      {search.create ? <PromptDialog prompt={null} onClose={close} /> : null}
      {edited ? <PromptDialog prompt={edited} onClose={close} /> : null}
      {past ? <PromptHistory prompt={past} onClose={close} /> : null}
      {doomed ? <DeletePrompt prompt={doomed} onClose={() => setDoomed(null)} /> : null}
    </Page>
  );
}

type Deeds = { onGo: (change: PromptsSearch) => void; onDelete: (prompt: Prompt) => void; mayChange: boolean };

function columns(agents: Agent[], { onGo, onDelete, mayChange }: Deeds): DataColumn<Prompt>[] {
  const names = new Map(agents.map(({ id, name }) => [id, name]));
  return [
    {
      id: 'name',
      header: 'Name',
      cell: ({ row: { original: prompt } }) => (
        <div className="max-w-md">
          <p className="font-medium">{prompt.name}</p>
          <p className="truncate text-xs text-text-3">{prompt.userPrompt ?? prompt.systemPrompt}</p>
        </div>
      ),
    },
    { id: 'agent', header: 'Profile', cell: ({ row }) => names.get(row.original.agentId) ?? '–' },
    {
      id: 'version',
      header: 'Version',
      cell: ({ row }) => row.original.version,
      meta: { align: 'right' },
    },
    {
      id: 'updated',
      header: 'Changed',
      cell: ({ row }) => <RelativeTime at={row.original.updatedAt} className="whitespace-nowrap text-text-2" />,
    },
    {
      id: 'actions',
      header: () => <span className="sr-only">Actions</span>,
      meta: { align: 'right' },
      cell: ({ row: { original: prompt } }) => (
        <span className="inline-flex items-center gap-1">
          <Link to="/chat" search={{ prompt: prompt.id }} className={buttonClass({ size: 'sm' })}>
            <MessageSquare aria-hidden /> Chat<span className="sr-only"> with {prompt.name}</span>
          </Link>
          <Menu
            trigger={
              <Button variant="ghost" size="icon" aria-label={`Actions for ${prompt.name}`}>
                <Ellipsis aria-hidden />
              </Button>
            }
          >
            {mayChange ? (
              <MenuItem onSelect={() => onGo({ edit: prompt.id })}>
                <Pencil aria-hidden /> Edit
              </MenuItem>
            ) : null}
            <MenuItem onSelect={() => onGo({ history: prompt.id })}>
              <History aria-hidden /> Versions
            </MenuItem>
            {mayChange ? (
              <MenuItem danger onSelect={() => onDelete(prompt)}>
                <Trash2 aria-hidden /> Delete
              </MenuItem>
            ) : null}
          </Menu>
        </span>
      ),
    },
  ];
}

function NoPrompts({
  searching,
  mayCreate,
  onCreate,
}: {
  searching: boolean;
  mayCreate: boolean;
  onCreate: () => void;
}) {
  if (searching) return <EmptyState icon={SearchX} title="No prompt is named like this" />;
  return (
    <EmptyState
      icon={NotebookPen}
      title="No prompts yet"
      actions={
        mayCreate ? (
          <Button variant="primary" onClick={onCreate}>
            Create the first prompt
          </Button>
        ) : (
          <Link to="/chat" className={buttonClass()}>
            Start a chat without
          </Link>
        )
      }
    >
      What you ask often can be kept here; in a chat it is a slash and its name.
    </EmptyState>
  );
}

function DeletePrompt({ prompt, onClose }: { prompt: Prompt; onClose: () => void }) {
  const remove = useDeletePrompt();
  return (
    <ConfirmDialog
      title={`Delete “${prompt.name}”?`}
      confirmLabel="Delete prompt"
      pending={remove.isPending}
      error={remove.isError ? causeOf(remove.error) : null}
      onConfirm={() =>
        remove.mutate(prompt.id, {
          onSuccess: () => {
            showToast({ tone: 'ok', title: 'Prompt deleted' });
            onClose();
          },
        })
      }
      onClose={onClose}
    >
      All its versions go with it. Conversations that began with it stay as they are.
    </ConfirmDialog>
  );
}
