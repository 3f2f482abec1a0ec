import type { ReactNode } from 'react';
import { cn } from '@/lib/class-names';

type Props = { title: string; description?: ReactNode; actions?: ReactNode; children: ReactNode; className?: string };

/** The frame of a page: one heading, what the page is for, its actions. */
export function Page({ title, description, actions, children, className }: Props) {
  return (
    <div className={cn('mx-auto flex w-full max-w-7xl flex-col gap-5 px-4 py-6 md:px-6', className)}>
      <title>{`${title} · Archestra`}</title>
      <header className="flex flex-wrap items-start justify-between gap-x-6 gap-y-3">
        <div className="min-w-0">
          <h1 className="text-xl font-semibold tracking-tight">{title}</h1>
          {description ? <p className="mt-0.5 max-w-2xl text-base text-pretty text-text-2">{description}</p> : null}
        </div>
        {actions ? <div className="flex flex-wrap items-center gap-2">{actions}</div> : null}
      </header>
      {children}
    </div>
  );
}
