import { useNavigate } from '@tanstack/react-router';
import { Download, Ellipsis, Pencil, Trash2 } from 'lucide-react';
import type { ReactNode } from 'react';
import type { Conversation } from '@/api/chat';
import { Badge } from '@/components/ui/badge';
import { Button } from '@/components/ui/button';
import { Menu, MenuItem, MenuSeparator } from '@/components/ui/menu';
import { DeleteConversation } from '@/features/chat/delete-conversation';
import { exportUrl } from '@/features/chat/export';
import { RenameConversation } from '@/features/chat/rename-conversation';

export type HeaderDialog = 'rename' | 'delete' | null;

type Props = {
  conversation: Conversation;
  dialog: HeaderDialog;
  onDialog: (dialog: HeaderDialog) => void;
  onRename: (change: { title: string }) => Promise<void>;
  children: ReactNode;
};

export function ConversationHeader({ conversation, dialog, onDialog, onRename, children }: Props) {
  const navigate = useNavigate();
  const title = conversation.title ?? 'Untitled conversation';
  const close = () => onDialog(null);
  return (
    <header className="flex h-12 shrink-0 items-center gap-2 border-b border-line px-3 md:px-4">
      <title>{`${title} · Archestra`}</title>
      {children}
      <h1 className="min-w-0 flex-1 truncate text-sm font-semibold" title={title}>
        {title}
      </h1>
      {conversation.provider === 'demo' ? <Badge tone="warn">Demo model, no AI</Badge> : null}
      <Menu
        trigger={
          <Button variant="ghost" size="icon" aria-label="Actions for this conversation">
            <Ellipsis aria-hidden />
          </Button>
        }
      >
        <MenuItem onSelect={() => onDialog('rename')}>
          <Pencil aria-hidden /> Rename
        </MenuItem>
        <MenuItem asChild>
          <a href={exportUrl(conversation.id, 'markdown')} download>
            <Download aria-hidden /> Export as Markdown
          </a>
        </MenuItem>
        <MenuItem asChild>
          <a href={exportUrl(conversation.id, 'json')} download>
            <Download aria-hidden /> Export as JSON
          </a>
        </MenuItem>
        <MenuSeparator />
        <MenuItem danger onSelect={() => onDialog('delete')}>
          <Trash2 aria-hidden /> Delete
        </MenuItem>
      </Menu>
      {dialog === 'rename' ? (
        <RenameConversation
          title={conversation.title ?? ''}
          onSave={(next) => void onRename({ title: next }).then(close)}
          onClose={close}
        />
      ) : null}
      {dialog === 'delete' ? (
        <DeleteConversation
          conversation={conversation}
          onDeleted={() => void navigate({ to: '/chat' })}
          onClose={close}
        />
      ) : null}
    </header>
  );
}
