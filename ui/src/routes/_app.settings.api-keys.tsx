import { createFileRoute } from '@tanstack/react-router';
import { ApiKeysPage } from '@/features/api-keys/page';
import { apiKeysSearch } from '@/features/api-keys/search';

export const Route = createFileRoute('/_app/settings/api-keys')({
  validateSearch: apiKeysSearch,
  component: ApiKeysPage,
});
