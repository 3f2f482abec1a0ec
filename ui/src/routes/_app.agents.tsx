import { createFileRoute } from '@tanstack/react-router';
import { AgentsPage } from '@/features/agents/page';
import { agentsSearch } from '@/features/agents/search';

export const Route = createFileRoute('/_app/agents')({ validateSearch: agentsSearch, component: AgentsPage });
