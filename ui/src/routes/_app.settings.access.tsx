import { createFileRoute } from '@tanstack/react-router';
import { AccessPage } from '@/features/roles/access-page';
import { accessSearch } from '@/features/roles/search';

export const Route = createFileRoute('/_app/settings/access')({ validateSearch: accessSearch, component: AccessPage });
