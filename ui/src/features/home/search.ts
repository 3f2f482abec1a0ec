import { oneOf, type RawSearch } from '@/lib/search-params';

export const TIMEFRAMES = ['today', '24h', '7d'] as const;
export type Timeframe = (typeof TIMEFRAMES)[number];

export function homeSearch(search: RawSearch): { timeframe?: Timeframe } {
  return { timeframe: oneOf(search, 'timeframe', TIMEFRAMES) };
}
