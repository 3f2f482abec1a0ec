import type { ReactNode } from 'react';
import { Skeleton } from '@/components/ui/skeleton';

export function Grid({ children }: { children: ReactNode }) {
  return <div className="grid grid-cols-[repeat(auto-fill,minmax(min(19rem,100%),1fr))] gap-4">{children}</div>;
}

export function SkeletonCards() {
  return (
    <div role="status" aria-label="Loading">
      <Grid>
        {Array.from({ length: 6 }, (_, index) => (
          <div key={index} className="flex flex-col gap-3 rounded-lg border border-line bg-surface p-4">
            <Skeleton className="h-9 w-2/3" />
            <Skeleton className="h-10" />
            <Skeleton className="h-7 w-1/3" />
          </div>
        ))}
      </Grid>
    </div>
  );
}
