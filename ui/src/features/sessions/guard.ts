import type { QueryClient } from '@tanstack/react-query';
import { redirect } from '@tanstack/react-router';
import { sessionQuery } from '@/features/sessions/queries';

/** Lets only signed-in people with a password of their own pass; remembers where they wanted to go. */
export async function requireSession(client: QueryClient, href: string): Promise<void> {
  const current = await client.ensureQueryData(sessionQuery);
  if (current === null) throw redirect({ to: '/sign-in', search: href === '/' ? {} : { redirect: href } });
  if (current.user.mustChangePassword)
    throw redirect({ to: '/new-password', search: href === '/' ? {} : { redirect: href } });
}

/** For the sign-in page: who is already signed in goes straight on. */
export async function leaveIfSignedIn(client: QueryClient, to: string | undefined): Promise<void> {
  const current = await client.ensureQueryData(sessionQuery).catch(() => null);
  if (current && !current.user.mustChangePassword) throw redirect({ href: localPath(to) });
}

/** For the screen of the new password: only who must set one stays. */
export async function requireNewPassword(client: QueryClient, to: string | undefined): Promise<void> {
  const current = await client.ensureQueryData(sessionQuery);
  if (current === null) throw redirect({ to: '/sign-in', search: { redirect: to } });
  if (!current.user.mustChangePassword) throw redirect({ href: localPath(to) });
}

/** Only paths of this site: a link in a mail must not lead through our sign-in to elsewhere. */
export function localPath(path: string | undefined): string {
  return path !== undefined && /^\/(?![/\\])/.test(path) ? path : '/';
}
