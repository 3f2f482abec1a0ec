import { type FormEvent, useState } from 'react';
import type { McpServer } from '@/api/mcp';
import { Button } from '@/components/ui/button';
import { Field } from '@/components/ui/field';
import { Input } from '@/components/ui/input';
import { Notice } from '@/components/ui/notice';
import { causeOf } from '@/components/ui/states';
import { showToast } from '@/components/ui/toast';
import { useBeginOAuth, useReauthenticate } from '@/features/mcp-servers/queries';

/** The remote server refuses what it was given: sign in anew, or give it another token. */
export function Reauthenticate({ server }: { server: McpServer }) {
  const oauth = useBeginOAuth();
  const withToken = useReauthenticate(server.id);
  const [token, setToken] = useState('');
  function submit(event: FormEvent) {
    event.preventDefault();
    withToken.mutate(token.trim(), {
      onSuccess: () => {
        setToken('');
        showToast({ tone: 'ok', title: 'Signed in again', detail: 'The call that failed works now.' });
      },
    });
  }
  return (
    <section aria-label="Sign in again" className="mt-4 rounded-lg border border-warn/50 p-4">
      <h2 className="text-sm font-semibold">{server.name} wants you to sign in again</h2>
      <p className="mt-0.5 max-w-2xl text-sm text-text-2">
        {server.oauthRefreshError ?? 'Its credentials were refused or have run out.'} The calls that failed can be
        repeated right afterwards; no client needs a restart.
      </p>
      {oauth.isError || withToken.isError ? (
        <Notice tone="error" role="alert" className="mt-3">
          {causeOf(oauth.error ?? withToken.error)}
        </Notice>
      ) : null}
      <div className="mt-3 flex flex-wrap items-end gap-x-4 gap-y-3">
        <Button
          variant="primary"
          pending={oauth.isPending}
          onClick={() =>
            oauth.mutate(
              { catalogId: server.catalogId, serverId: server.id },
              { onSuccess: ({ authorizationUrl }) => window.location.assign(authorizationUrl) },
            )
          }
        >
          Sign in with the browser
        </Button>
        <form onSubmit={submit} className="flex items-end gap-2">
          <Field label="Or an access token" className="w-72">
            {(control) => (
              <Input
                {...control}
                type="password"
                autoComplete="off"
                value={token}
                onChange={(event) => setToken(event.target.value)}
              />
            )}
          </Field>
          <Button type="submit" disabled={token.trim() === ''} pending={withToken.isPending}>
            Save
          </Button>
        </form>
      </div>
    </section>
  );
}
