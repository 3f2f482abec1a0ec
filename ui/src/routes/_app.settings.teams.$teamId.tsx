import { createFileRoute } from '@tanstack/react-router';
import { TeamPage } from '@/features/teams/detail';

export const Route = createFileRoute('/_app/settings/teams/$teamId')({ component: TeamPage });
