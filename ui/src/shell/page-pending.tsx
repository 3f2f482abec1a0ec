import { Skeleton } from '@/components/ui/skeleton';

export function PagePending() {
  return (
    <div role="status" aria-label="Loading the page" className="mx-auto w-full max-w-7xl px-6 py-6">
      <Skeleton className="h-7 w-48" />
      <Skeleton className="mt-3 w-96 max-w-full" />
      <Skeleton className="mt-8 h-64 w-full" />
    </div>
  );
}
