import type { ReactNode } from 'react';

export function Step({ number, title, children }: { number: number; title: string; children: ReactNode }) {
  return (
    <section className="grid grid-cols-[1.75rem_minmax(0,1fr)] gap-x-2">
      <span
        aria-hidden
        className="grid size-5.5 place-items-center rounded-full bg-surface-3 text-2xs font-semibold text-text-2 tnum"
      >
        {number}
      </span>
      <div>
        <h2 className="mb-2.5 text-sm font-semibold">{title}</h2>
        {children}
      </div>
    </section>
  );
}
