import { createFileRoute } from '@tanstack/react-router';
import { ServiceAccountsPage } from '@/features/service-accounts/page';

export const Route = createFileRoute('/_app/settings/service-accounts')({ component: ServiceAccountsPage });
