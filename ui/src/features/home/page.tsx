import { useQuery } from '@tanstack/react-query';
import { Link, useNavigate, useSearch } from '@tanstack/react-router';
import { useState } from 'react';
import type { Home } from '@/api/types';
import { Button, buttonClass } from '@/components/ui/button';
import { Card, CardHeader } from '@/components/ui/card';
import { Segmented } from '@/components/ui/segmented';
import { Skeleton } from '@/components/ui/skeleton';
import { ErrorState } from '@/components/ui/states';
import { AttentionList } from '@/features/home/attention';
import { StatCards } from '@/features/home/cards';
import { FirstSteps } from '@/features/home/first-steps';
import { homeQuery } from '@/features/home/queries';
import { RecentCalls } from '@/features/home/recent';
import type { Timeframe } from '@/features/home/search';
import { SeriesTable } from '@/features/home/series-table';
import { TopAgents, TopModels } from '@/features/home/top';
import { Page } from '@/shell/page';

const OPTIONS = [
  { value: 'today', label: 'Today' },
  { value: '24h', label: '24 hours' },
  { value: '7d', label: '7 days' },
] as const;

export function HomePage() {
  const { timeframe = 'today' } = useSearch({ from: '/_app/' });
  const navigate = useNavigate({ from: '/' });
  const home = useQuery(homeQuery(timeframe));
  return (
    <Page
      title="Home"
      actions={
        <Segmented
          label="Time"
          value={timeframe}
          options={OPTIONS}
          onValueChange={(next: Timeframe) =>
            void navigate({ search: { timeframe: next === 'today' ? undefined : next }, replace: true })
          }
        />
      }
    >
      {home.isLoadingError ? (
        <Card>
          <ErrorState title="The overview could not be read" error={home.error} onRetry={() => void home.refetch()} />
        </Card>
      ) : home.isPending ? (
        <HomeSkeleton />
      ) : (
        <HomeBody home={home.data} timeframe={timeframe} />
      )}
    </Page>
  );
}

function HomeBody({ home, timeframe }: { home: Home; timeframe: Timeframe }) {
  const [asTable, setAsTable] = useState(false);
  const quiet = home.cards.requests.value === 0 && home.cards.requests.previous === 0 && home.recent.length === 0;
  return (
    <>
      <AttentionList items={home.attention} />
      {quiet ? (
        <FirstSteps />
      ) : (
        <>
          <div>
            <StatCards home={home} timeframe={timeframe} />
            <div className="mt-1.5 flex justify-end">
              <Button
                variant="link"
                size="text"
                className="text-xs"
                aria-expanded={asTable}
                onClick={() => setAsTable(!asTable)}
              >
                {asTable ? 'Hide the numbers' : 'Show the numbers behind the lines'}
              </Button>
            </div>
            {asTable ? <SeriesTable cards={home.cards} timeframe={timeframe} /> : null}
          </div>
          <div className="grid gap-5 lg:grid-cols-2">
            <TopModels rows={home.topModels} />
            <TopAgents rows={home.topAgents} />
          </div>
          <Card>
            <CardHeader
              title="Latest calls"
              actions={
                <Link to="/logs" search={{ live: true }} className={buttonClass({ size: 'sm', variant: 'ghost' })}>
                  See all, live
                </Link>
              }
            />
            <RecentCalls rows={home.recent} />
          </Card>
        </>
      )}
    </>
  );
}

function HomeSkeleton() {
  return (
    <div role="status" aria-label="Loading the overview" className="flex flex-col gap-5">
      <div className="grid gap-4 sm:grid-cols-2 lg:grid-cols-4">
        {[1, 2, 3, 4].map((card) => (
          <Skeleton key={card} className="h-36" />
        ))}
      </div>
      <Skeleton className="h-64" />
    </div>
  );
}
