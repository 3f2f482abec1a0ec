import { keepPreviousData, queryOptions } from '@tanstack/react-query';
import { get } from '@/api/client';
import type { Home } from '@/api/types';
import type { Timeframe } from '@/features/home/search';

export function homeQuery(timeframe: Timeframe) {
  return queryOptions({
    queryKey: ['home', timeframe],
    queryFn: ({ signal }) => get<Home>('/api/home', { timeframe, utcOffset: -new Date().getTimezoneOffset() }, signal),
    refetchInterval: 30_000,
    placeholderData: keepPreviousData,
  });
}
