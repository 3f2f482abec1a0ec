import { useQuery } from '@tanstack/react-query';
import { Link, useParams } from '@tanstack/react-router';
import { useVirtualizer } from '@tanstack/react-virtual';
import { Ellipsis, MessagesSquare, Pencil, Plus, SearchX, Trash2 } from 'lucide-react';
import { useDeferredValue, useRef, useState } from 'react';
import type { ConversationSummary } from '@/api/chat';
import { Button, buttonClass } from '@/components/ui/button';
import { SearchInput } from '@/components/ui/input';
import { Menu, MenuItem } from '@/components/ui/menu';
import { Skeleton } from '@/components/ui/skeleton';
import { EmptyState, ErrorState } from '@/components/ui/states';
import { DeleteConversation } from '@/features/chat/delete-conversation';
import { conversationsQuery, isActive, useChangeConversation } from '@/features/chat/queries';
import { RenameConversation } from '@/features/chat/rename-conversation';
import { cn } from '@/lib/class-names';
import { formatRelative } from '@/lib/format';
import { useNow } from '@/lib/now';

type Chosen = { what: 'rename' | 'delete'; conversation: ConversationSummary } | null;
type Props = { onDeleted: (id: string) => void; onChosen?: () => void };

export function ThreadList({ onDeleted, onChosen }: Props) {
  const [search, setSearch] = useState('');
  const wanted = useDeferredValue(search.trim());
  const list = useQuery(conversationsQuery(wanted));
  const [chosen, setChosen] = useState<Chosen>(null);
  const change = useChangeConversation();
  const close = () => setChosen(null);
  return (
    <div className="flex min-h-0 flex-1 flex-col">
      <div className="flex flex-col gap-2 p-3">
        <Link to="/chat" onClick={onChosen} className={buttonClass({ variant: 'secondary', className: 'w-full' })}>
          <Plus aria-hidden /> New conversation
        </Link>
        <SearchInput label="Search conversations" className="w-full" value={search} onValueChange={setSearch} />
      </div>
      {list.isLoadingError ? (
        <ErrorState
          title="The conversations could not be read"
          error={list.error}
          onRetry={() => void list.refetch()}
          className="py-8"
        />
      ) : list.isPending ? (
        <div role="status" aria-label="Loading the conversations" className="flex flex-col gap-4 px-4 py-2">
          {[0, 1, 2, 3, 4].map((each) => (
            <Skeleton key={each} className="w-full" />
          ))}
        </div>
      ) : list.data.length === 0 ? (
        <Nothing searching={wanted !== ''} />
      ) : (
        <Rows rows={list.data} onOpen={onChosen} onChoose={setChosen} />
      )}
      {chosen?.what === 'rename' ? (
        <RenameConversation
          title={chosen.conversation.title ?? ''}
          onSave={(title) => change.mutate({ id: chosen.conversation.id, change: { title } }, { onSuccess: close })}
          onClose={close}
        />
      ) : null}
      {chosen?.what === 'delete' ? (
        <DeleteConversation
          conversation={chosen.conversation}
          onDeleted={() => onDeleted(chosen.conversation.id)}
          onClose={close}
        />
      ) : null}
    </div>
  );
}

function Nothing({ searching }: { searching: boolean }) {
  return searching ? (
    <EmptyState icon={SearchX} title="Nothing matches" className="py-8">
      Titles and messages were searched.
    </EmptyState>
  ) : (
    <EmptyState icon={MessagesSquare} title="No conversations yet" className="py-8">
      They are kept here, for you alone.
    </EmptyState>
  );
}

type RowsProps = { rows: ConversationSummary[]; onOpen?: () => void; onChoose: (chosen: Chosen) => void };

function Rows({ rows, onOpen, onChoose }: RowsProps) {
  const scroller = useRef<HTMLDivElement>(null);
  const now = useNow();
  const open = useParams({ strict: false, select: (params) => params.conversationId });
  const virtual = useVirtualizer({
    count: rows.length,
    getScrollElement: () => scroller.current,
    getItemKey: (index) => rows[index]?.id ?? index,
    estimateSize: () => 54,
    overscan: 10,
  });
  return (
    <div ref={scroller} className="min-h-0 flex-1 overflow-y-auto px-2 pb-3">
      <ul aria-label="Conversations" className="relative" style={{ height: virtual.getTotalSize() }}>
        {virtual.getVirtualItems().map((item) => {
          const row = rows[item.index];
          if (row === undefined) return null;
          return (
            <li
              key={item.key}
              ref={virtual.measureElement}
              data-index={item.index}
              className="group/row absolute inset-x-0 pb-0.5"
              style={{ transform: `translateY(${item.start}px)` }}
            >
              <Row row={row} open={row.id === open} now={now} onOpen={onOpen} onChoose={onChoose} />
            </li>
          );
        })}
      </ul>
    </div>
  );
}

type RowProps = {
  row: ConversationSummary;
  open: boolean;
  now: number;
  onOpen?: () => void;
  onChoose: (chosen: Chosen) => void;
};

function Row({ row, open, now, onOpen, onChoose }: RowProps) {
  const title = row.title ?? row.preview ?? 'Untitled conversation';
  return (
    <div className={cn('relative flex items-center rounded-md hover:bg-surface-3', open && 'bg-accent-soft')}>
      <Link
        to="/chat/$conversationId"
        params={{ conversationId: row.id }}
        onClick={onOpen}
        search={row.match ? { message: row.match.messageId } : {}}
        aria-current={open ? 'page' : undefined}
        className="min-w-0 flex-1 rounded-md py-2 pr-9 pl-2.5 focus-visible:outline-offset-[-2px]"
      >
        <span className={cn('block truncate text-sm', open && 'font-medium text-accent-text')}>{title}</span>
        <span className="flex items-center gap-1.5 text-2xs text-text-3">
          {isActive(row) ? <Activity waiting={row.run?.status === 'waiting'} /> : null}
          <span className="truncate">
            {row.match?.snippet ?? `${row.agent.name} · ${formatRelative(row.updatedAt, now)}`}
          </span>
        </span>
      </Link>
      <span className="absolute right-1">
        <Menu
          trigger={
            <Button
              variant="ghost"
              size="iconSm"
              aria-label={`Actions for ${title}`}
              className="md:opacity-0 md:group-focus-within/row:opacity-100 md:group-hover/row:opacity-100 data-[state=open]:opacity-100"
            >
              <Ellipsis aria-hidden />
            </Button>
          }
        >
          <MenuItem onSelect={() => onChoose({ what: 'rename', conversation: row })}>
            <Pencil aria-hidden /> Rename
          </MenuItem>
          <MenuItem danger onSelect={() => onChoose({ what: 'delete', conversation: row })}>
            <Trash2 aria-hidden /> Delete
          </MenuItem>
        </Menu>
      </span>
    </div>
  );
}

function Activity({ waiting }: { waiting: boolean }) {
  return waiting ? (
    <span className="shrink-0 font-medium text-warn-text">asks you</span>
  ) : (
    <span className="flex shrink-0 items-center gap-1 font-medium text-accent-text">
      <span className="size-1.5 animate-pulse rounded-full bg-accent" aria-hidden /> writing
    </span>
  );
}
