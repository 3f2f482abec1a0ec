import { createFileRoute } from '@tanstack/react-router';
import { leaveIfSignedIn } from '@/features/sessions/guard';
import { SignInPage } from '@/features/sign-in/page';
import { text } from '@/lib/search-params';

export const Route = createFileRoute('/sign-in')({
  validateSearch: (search): { redirect?: string; error?: string; message?: string } => ({
    redirect: text(search, 'redirect'),
    error: text(search, 'error'),
    message: text(search, 'message'),
  }),
  beforeLoad: ({ context, search }) => leaveIfSignedIn(context.queryClient, search.redirect),
  component: SignInPage,
});
