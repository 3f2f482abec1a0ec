import type { ReactNode } from 'react';
import { ConnectionBanner } from '@/shell/connection-banner';
import { Logo } from '@/shell/logo';

/** The calm frame of the screens before the app: one card, the name above it. */
export function SignInFrame({ title, lead, children }: { title: string; lead?: ReactNode; children: ReactNode }) {
  return (
    <div className="flex min-h-dvh flex-col">
      <title>{`${title} · Archestra`}</title>
      <ConnectionBanner />
      <main className="grid flex-1 place-items-center px-4 py-10">
        <div className="w-full max-w-92">
          <div className="mb-6 flex items-center gap-2.5">
            <Logo className="size-8" />
            <span className="text-lg font-semibold tracking-tight">Archestra</span>
          </div>
          <div className="rounded-xl border border-line bg-surface p-6 shadow-xs">
            <h1 className="text-xl font-semibold tracking-tight">{title}</h1>
            {lead ? <div className="mt-1 text-sm text-text-2">{lead}</div> : null}
            <div className="mt-5">{children}</div>
          </div>
        </div>
      </main>
    </div>
  );
}
