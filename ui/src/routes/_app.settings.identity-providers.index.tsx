import { createFileRoute } from '@tanstack/react-router';
import { IdentityProvidersPage } from '@/features/identity-providers/page';
import { identityProvidersSearch } from '@/features/identity-providers/search';

export const Route = createFileRoute('/_app/settings/identity-providers/')({
  validateSearch: identityProvidersSearch,
  component: IdentityProvidersPage,
});
