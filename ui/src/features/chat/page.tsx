import { Outlet, useNavigate, useParams, useSearch } from '@tanstack/react-router';
import { MessagesSquare } from 'lucide-react';
import { createContext, type ReactNode, use, useState } from 'react';
import { Button } from '@/components/ui/button';
import { Dialog } from '@/components/ui/dialog';
import { ConversationView } from '@/features/chat/conversation';
import { NewConversation } from '@/features/chat/new-conversation';
import { ThreadList } from '@/features/chat/thread-list';

/** On a phone the list opens by this button, which stands in the head of the conversation. */
const ListButton = createContext<ReactNode>(null);

export function ChatPage() {
  const navigate = useNavigate();
  const open = useParams({ strict: false, select: (params) => params.conversationId });
  const [listOpen, setListOpen] = useState(false);
  function leaveIfOpen(id: string) {
    if (id === open) void navigate({ to: '/chat' });
  }
  return (
    <div className="absolute inset-0 flex">
      <aside aria-label="Conversations" className="flex w-64 shrink-0 flex-col border-r border-line max-md:hidden">
        <ThreadList onDeleted={leaveIfOpen} />
      </aside>
      <ListButton
        value={
          <Button
            variant="ghost"
            size="icon"
            className="md:hidden"
            aria-label="Conversations"
            onClick={() => setListOpen(true)}
          >
            <MessagesSquare aria-hidden />
          </Button>
        }
      >
        <div className="flex min-h-0 min-w-0 flex-1 flex-col">
          <Outlet />
        </div>
      </ListButton>
      {listOpen ? (
        <Dialog variant="sheet" title="Conversations" onClose={() => setListOpen(false)}>
          <ThreadList onDeleted={leaveIfOpen} onChosen={() => setListOpen(false)} />
        </Dialog>
      ) : null}
    </div>
  );
}

export function NewChatPage() {
  const { agent, prompt } = useSearch({ from: '/_app/chat/' });
  return <NewConversation promptId={prompt} agentId={agent} listButton={use(ListButton)} />;
}

export function ConversationPage() {
  const { conversationId } = useParams({ from: '/_app/chat/$conversationId' });
  const { message } = useSearch({ from: '/_app/chat/$conversationId' });
  return (
    <ConversationView key={conversationId} id={conversationId} showMessageId={message} listButton={use(ListButton)} />
  );
}
