import { useMutation, useQueryClient } from '@tanstack/react-query';
import { Link, useNavigate, useSearch } from '@tanstack/react-router';
import { CircleX, Loader2 } from 'lucide-react';
import { useEffect, useRef } from 'react';
import { post } from '@/api/client';
import { buttonClass } from '@/components/ui/button';
import { causeOf, EmptyState } from '@/components/ui/states';
import { showToast } from '@/components/ui/toast';

type Finished = { success: boolean; catalogId: string; serverId: string | null; secretId: string; name: string | null };

/** Where the other side sends the browser back to: what it brought is handed to the server, once. */
export function OAuthCallbackPage() {
  const search: Record<string, unknown> = useSearch({ strict: false });
  const navigate = useNavigate();
  const client = useQueryClient();
  const sent = useRef(false);
  const finish = useMutation({
    mutationFn: () => post<Finished>('/api/oauth/callback', search),
    onSuccess: async (done) => {
      await client.invalidateQueries({ queryKey: ['mcp-servers'] });
      showToast({ tone: 'ok', title: 'Signed in', detail: done.name ?? undefined });
      if (done.serverId)
        await navigate({ to: '/servers/$serverId', params: { serverId: done.serverId }, replace: true });
      else
        await navigate({ to: '/catalog', search: { install: done.catalogId, secret: done.secretId }, replace: true });
    },
  });
  const { mutate } = finish;
  // A code works once; React may run this twice.
  useEffect(() => {
    if (sent.current) return;
    sent.current = true;
    mutate();
  }, [mutate]);

  return (
    <div className="grid min-h-[60vh] place-items-center">
      <title>Signing in · Archestra</title>
      {finish.isError ? (
        <div role="alert">
          <EmptyState
            icon={CircleX}
            heading="h1"
            title="The sign-in did not succeed"
            actions={
              <Link to="/catalog" className={buttonClass({ variant: 'primary' })}>
                Back to the catalogue
              </Link>
            }
          >
            {causeOf(finish.error)} Begin anew from the server’s page; a sign-in can be finished only once.
          </EmptyState>
        </div>
      ) : (
        <div role="status">
          <h1 className="flex items-center gap-2.5 text-base font-medium">
            <Loader2 className="size-5 animate-spin text-accent-text" aria-hidden /> Finishing the sign-in…
          </h1>
        </div>
      )}
    </div>
  );
}
