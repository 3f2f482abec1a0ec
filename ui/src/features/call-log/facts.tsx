import type { ReactNode } from 'react';

export function Figure({ name, value }: { name: string; value: string }) {
  return (
    <div className="bg-surface px-3 py-2">
      <dt className="text-2xs text-text-3">{name}</dt>
      <dd className="text-lg font-semibold tracking-tight tnum">{value}</dd>
    </div>
  );
}

export function Fact({ name, children }: { name: string; children: ReactNode }) {
  return (
    <>
      <dt className="py-0.5 text-text-3">{name}</dt>
      <dd className="min-w-0 truncate py-0.5">{children}</dd>
    </>
  );
}
