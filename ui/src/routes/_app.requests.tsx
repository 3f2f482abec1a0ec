import { createFileRoute } from '@tanstack/react-router';
import { RequestsPage } from '@/features/installation-requests/page';
import { requestsSearch } from '@/features/installation-requests/search';

export const Route = createFileRoute('/_app/requests')({ validateSearch: requestsSearch, component: RequestsPage });
