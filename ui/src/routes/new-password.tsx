import { createFileRoute } from '@tanstack/react-router';
import { requireNewPassword } from '@/features/sessions/guard';
import { NewPasswordPage } from '@/features/sign-in/new-password-page';
import { text } from '@/lib/search-params';

export const Route = createFileRoute('/new-password')({
  validateSearch: (search): { redirect?: string } => ({ redirect: text(search, 'redirect') }),
  beforeLoad: ({ context, search }) => requireNewPassword(context.queryClient, search.redirect),
  component: NewPasswordPage,
});
