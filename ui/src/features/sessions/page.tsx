import { useQuery } from '@tanstack/react-query';
import { Laptop } from 'lucide-react';
import type { Session } from '@/api/types';
import { Badge } from '@/components/ui/badge';
import { Button } from '@/components/ui/button';
import { Card, CardHeader } from '@/components/ui/card';
import { SkeletonRows } from '@/components/ui/skeleton';
import { causeOf, ErrorState } from '@/components/ui/states';
import { RelativeTime } from '@/components/ui/time';
import { showToast } from '@/components/ui/toast';
import { deviceName } from '@/features/sessions/device-name';
import { sessionsQuery, useRevokeOtherSessions, useRevokeSession } from '@/features/sessions/queries';

export function SessionsPage() {
  const sessions = useQuery(sessionsQuery);
  const revokeOthers = useRevokeOtherSessions();
  const others = sessions.data?.filter((session) => !session.current).length ?? 0;
  return (
    <Card>
      <title>Sessions · Archestra</title>
      <CardHeader
        title="Where you are signed in"
        description="Sign out what you do not recognize, then change your password."
        actions={
          <Button
            size="sm"
            disabled={others === 0}
            pending={revokeOthers.isPending}
            onClick={() =>
              revokeOthers.mutate(undefined, {
                onSuccess: () => showToast({ tone: 'ok', title: 'All other sessions are signed out' }),
                onError: (error) =>
                  showToast({ tone: 'bad', title: 'Could not sign the others out', detail: causeOf(error) }),
              })
            }
          >
            Sign out all others
          </Button>
        }
      />
      {sessions.isLoadingError ? (
        <ErrorState
          title="Your sessions could not be read"
          error={sessions.error}
          onRetry={() => void sessions.refetch()}
        />
      ) : sessions.isPending ? (
        <SkeletonRows rows={2} />
      ) : (
        <ul className="divide-y divide-line border-t border-line">
          {sessions.data.map((session) => (
            <SessionRow key={session.id} session={session} />
          ))}
        </ul>
      )}
    </Card>
  );
}

function SessionRow({ session }: { session: Session }) {
  const revoke = useRevokeSession();
  const device = deviceName(session.userAgent);
  return (
    <li className="flex items-center gap-3 px-4 py-3">
      <Laptop className="size-4 shrink-0 text-text-3" aria-hidden />
      <div className="min-w-0 flex-1">
        <p className="flex items-center gap-2 text-sm font-medium">
          {device} {session.current ? <Badge tone="ok">This one</Badge> : null}
        </p>
        <p className="text-xs text-text-3">
          {session.ipAddress ?? 'unknown address'} · signed in <RelativeTime at={session.createdAt} />
          {session.lastUsedAt ? (
            <>
              {' '}
              · last used <RelativeTime at={session.lastUsedAt} />
            </>
          ) : null}{' '}
          · ends <RelativeTime at={session.expiresAt} />
        </p>
      </div>
      {session.current ? null : (
        <Button
          size="sm"
          pending={revoke.isPending}
          aria-label={`Sign out ${device}`}
          onClick={() =>
            revoke.mutate(session.id, {
              onError: (error) => showToast({ tone: 'bad', title: 'Could not sign it out', detail: causeOf(error) }),
            })
          }
        >
          Sign out
        </Button>
      )}
    </li>
  );
}
