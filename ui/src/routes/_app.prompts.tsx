import { createFileRoute } from '@tanstack/react-router';
import { PromptsPage } from '@/features/prompts/page';
import { promptsSearch } from '@/features/prompts/search';

export const Route = createFileRoute('/_app/prompts')({ validateSearch: promptsSearch, component: PromptsPage });
