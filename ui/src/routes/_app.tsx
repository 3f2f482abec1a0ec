import { createFileRoute } from '@tanstack/react-router';
import { requireSession } from '@/features/sessions/guard';
import { AppFrame } from '@/shell/app-frame';

export const Route = createFileRoute('/_app')({
  beforeLoad: ({ context, location }) => requireSession(context.queryClient, location.href),
  component: AppFrame,
});
