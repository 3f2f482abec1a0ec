import { CircleAlert, type LucideIcon } from 'lucide-react';
import type { ReactNode } from 'react';
import { ApiError } from '@/api/client';
import { Button } from '@/components/ui/button';
import { cn } from '@/lib/class-names';

type EmptyProps = {
  icon: LucideIcon;
  title: string;
  heading?: 'h1' | 'h2';
  children?: ReactNode;
  actions?: ReactNode;
  className?: string;
};

/** What to see where nothing is yet, and the next step from here. */
export function EmptyState({ icon: Icon, title, heading: Heading = 'h2', children, actions, className }: EmptyProps) {
  return (
    <div className={cn('flex flex-col items-center px-6 py-14 text-center', className)}>
      <span className="mb-4 grid size-11 place-items-center rounded-xl border border-line bg-surface-2 text-text-3">
        <Icon className="size-5" aria-hidden />
      </span>
      <Heading className="text-base font-semibold">{title}</Heading>
      {children ? <div className="mt-1 max-w-md text-sm text-pretty text-text-2">{children}</div> : null}
      {actions ? <div className="mt-5 flex flex-wrap justify-center gap-2">{actions}</div> : null}
    </div>
  );
}

type ErrorProps = { error: unknown; title: string; heading?: 'h1' | 'h2'; onRetry: () => void; className?: string };

/** What failed, why, and what to do about it. */
export function ErrorState({ error, title, heading: Heading = 'h2', onRetry, className }: ErrorProps) {
  return (
    <div role="alert" className={cn('flex flex-col items-center px-6 py-14 text-center', className)}>
      <span className="mb-4 grid size-11 place-items-center rounded-xl bg-bad-soft text-bad-text">
        <CircleAlert className="size-5" aria-hidden />
      </span>
      <Heading className="text-base font-semibold">{title}</Heading>
      <p className="mt-1 max-w-md text-sm text-text-2">{causeOf(error)}</p>
      <p className="mt-1 max-w-md text-sm text-text-3">{fixFor(error)}</p>
      <div className="mt-5">
        <Button onClick={onRetry}>Try again</Button>
      </div>
    </div>
  );
}

export function causeOf(error: unknown): string {
  return error instanceof Error ? error.message : 'Something unexpected happened.';
}

function fixFor(error: unknown): string {
  if (!(error instanceof ApiError)) return 'Reload the page; if it stays, look at the browser console.';
  if (error.status === 0) return 'Check that the server is running. This page reconnects by itself.';
  if (error.isOutage) return 'Something it needs is away or still starting. Try again in a moment.';
  if (error.status === 403) return 'Ask an administrator for the permission.';
  if (error.status === 404) return 'It may have been deleted. Go back to the list.';
  if (error.status === 429) return `Wait ${error.retryAfter ?? 'a few'} seconds, then try again.`;
  if (error.status >= 500) return 'The cause stands in the server log.';
  return 'Check what was sent, then try again.';
}
