import { createFileRoute } from '@tanstack/react-router';
import { InteractionsPage } from '@/features/interactions/page';
import { interactionsSearch } from '@/features/interactions/search';

export const Route = createFileRoute('/_app/logs')({ validateSearch: interactionsSearch, component: InteractionsPage });
