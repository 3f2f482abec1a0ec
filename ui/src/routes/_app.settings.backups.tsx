import { createFileRoute } from '@tanstack/react-router';
import { BackupsPage } from '@/features/backups/page';

export const Route = createFileRoute('/_app/settings/backups')({ component: BackupsPage });
