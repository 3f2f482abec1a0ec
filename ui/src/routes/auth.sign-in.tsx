import { createFileRoute, redirect } from '@tanstack/react-router';
import { text } from '@/lib/search-params';

/** Where the server sends the browser when an identity provider did not let somebody in. */
export const Route = createFileRoute('/auth/sign-in')({
  validateSearch: (search): { error?: string; message?: string } => ({
    error: text(search, 'error'),
    message: text(search, 'message'),
  }),
  beforeLoad: ({ search }) => {
    throw redirect({ to: '/sign-in', search, replace: true });
  },
});
