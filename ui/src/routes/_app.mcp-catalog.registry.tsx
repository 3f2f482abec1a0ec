import { createFileRoute, redirect } from '@tanstack/react-router';
import { catalogSearch } from '@/features/mcp-catalog/search';

/** The address that links in tool errors have had since the first version. */
export const Route = createFileRoute('/_app/mcp-catalog/registry')({
  validateSearch: catalogSearch,
  beforeLoad: ({ search }) => {
    throw redirect({ to: '/catalog', search, replace: true });
  },
});
