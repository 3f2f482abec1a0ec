import { createFileRoute } from '@tanstack/react-router';
import { ConversationPage } from '@/features/chat/page';
import { conversationSearch } from '@/features/chat/search';

export const Route = createFileRoute('/_app/chat/$conversationId')({
  validateSearch: conversationSearch,
  component: ConversationPage,
});
