import { createFileRoute } from '@tanstack/react-router';
import { SecretsPage } from '@/features/secrets/page';
import { secretsSearch } from '@/features/secrets/search';

export const Route = createFileRoute('/_app/settings/secrets')({
  validateSearch: secretsSearch,
  component: SecretsPage,
});
