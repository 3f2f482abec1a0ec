import { createFileRoute } from '@tanstack/react-router';
import { NewIdentityProviderPage } from '@/features/identity-providers/presets';
import { newIdentityProviderSearch } from '@/features/identity-providers/search';

export const Route = createFileRoute('/_app/settings/identity-providers/new')({
  validateSearch: newIdentityProviderSearch,
  component: NewIdentityProviderPage,
});
