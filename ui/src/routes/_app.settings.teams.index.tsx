import { createFileRoute } from '@tanstack/react-router';
import { TeamsPage } from '@/features/teams/page';
import { teamsSearch } from '@/features/teams/search';

export const Route = createFileRoute('/_app/settings/teams/')({ validateSearch: teamsSearch, component: TeamsPage });
