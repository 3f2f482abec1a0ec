import { createFileRoute } from '@tanstack/react-router';
import { AcceptInvitationPage } from '@/features/invitations/accept-page';
import { text } from '@/lib/search-params';

export const Route = createFileRoute('/auth/sign-up')({
  validateSearch: (search): { invitation?: string } => ({ invitation: text(search, 'invitation') }),
  component: AcceptInvitationPage,
});
