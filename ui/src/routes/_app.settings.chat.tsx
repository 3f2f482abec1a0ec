import { createFileRoute } from '@tanstack/react-router';
import { ProviderKeysPage } from '@/features/provider-keys/page';
import { providerKeysSearch } from '@/features/provider-keys/search';

export const Route = createFileRoute('/_app/settings/chat')({
  validateSearch: providerKeysSearch,
  component: ProviderKeysPage,
});
