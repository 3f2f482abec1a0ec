import { createFileRoute } from '@tanstack/react-router';
import { NewRolePage } from '@/features/roles/editor';
import { newRoleSearch } from '@/features/roles/search';

export const Route = createFileRoute('/_app/settings/roles/new')({
  validateSearch: newRoleSearch,
  component: NewRolePage,
});
