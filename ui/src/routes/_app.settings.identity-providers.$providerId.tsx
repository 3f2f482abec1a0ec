import { createFileRoute } from '@tanstack/react-router';
import { EditIdentityProviderPage } from '@/features/identity-providers/presets';

export const Route = createFileRoute('/_app/settings/identity-providers/$providerId')({
  component: EditIdentityProviderPage,
});
