import { createFileRoute } from '@tanstack/react-router';
import { NewChatPage } from '@/features/chat/page';
import { newChatSearch } from '@/features/chat/search';

export const Route = createFileRoute('/_app/chat/')({ validateSearch: newChatSearch, component: NewChatPage });
