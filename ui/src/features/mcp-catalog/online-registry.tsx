import { useInfiniteQuery } from '@tanstack/react-query';
import { CloudOff, Globe } from 'lucide-react';
import { useDeferredValue } from 'react';
import { ApiError } from '@/api/client';
import { Button } from '@/components/ui/button';
import { Card } from '@/components/ui/card';
import { causeOf, EmptyState, ErrorState } from '@/components/ui/states';
import { RelativeTime } from '@/components/ui/time';
import { Grid, SkeletonCards } from '@/features/mcp-catalog/grid';
import { OfferedCard } from '@/features/mcp-catalog/offered-card';
import { onlineRegistryQuery } from '@/features/mcp-catalog/queries';
import type { CatalogSearch } from '@/features/mcp-catalog/search';

/** The official registry needs the network; without it this says so, and the rest of the page works. */
export function OnlineRegistry({ search }: { search: CatalogSearch }) {
  const found = useInfiniteQuery(onlineRegistryQuery(useDeferredValue(search.q ?? '')));
  if (found.isLoadingError) {
    const away = found.error instanceof ApiError && found.error.status >= 500;
    return (
      <Card>
        {away ? (
          <EmptyState
            icon={CloudOff}
            title="The official registry cannot be reached"
            actions={<Button onClick={() => void found.refetch()}>Try again</Button>}
          >
            {causeOf(found.error)}
          </EmptyState>
        ) : (
          <ErrorState
            title="The official registry could not be searched"
            error={found.error}
            onRetry={() => void found.refetch()}
          />
        )}
      </Card>
    );
  }
  if (found.isPending) return <SkeletonCards />;
  const items = found.data.pages.flatMap((page) => page.items);
  const first = found.data.pages[0];
  if (items.length === 0) {
    return (
      <Card>
        <EmptyState icon={Globe} title="The official registry knows no such server">
          It searches names only: try a shorter word.
        </EmptyState>
      </Card>
    );
  }
  return (
    <>
      <Grid>
        {items.map((item) => (
          <OfferedCard key={`${item.slug} ${item.version ?? ''}`} item={item} search={search} />
        ))}
      </Grid>
      <p className="flex items-center gap-4 text-xs text-text-3">
        {found.hasNextPage ? (
          <Button size="sm" pending={found.isFetchingNextPage} onClick={() => void found.fetchNextPage()}>
            Show more
          </Button>
        ) : null}
        {first ? (
          <span>
            From {first.source}, read <RelativeTime at={first.fetchedAt} />. Anyone may publish there: look at what an
            entry runs before you install it.
          </span>
        ) : null}
      </p>
    </>
  );
}
