/** What the addresses of both logs have in common. */
import { useNavigate } from '@tanstack/react-router';
import { oneOf, type RawSearch } from '@/lib/search-params';

const RANGES = { '1h': 3_600, '24h': 86_400, '7d': 604_800, '30d': 2_592_000 } as const;
export type Range = keyof typeof RANGES;

/** How a log is narrowed to what one looks for, and whether new calls come in by themselves. */
export type CallLogSearch = {
  agentId?: string;
  search?: string;
  range?: Range;
  from?: string;
  to?: string;
  live?: true;
};

export function rangeOf(search: RawSearch): Range | undefined {
  return oneOf(search, 'range', ['1h', '24h', '7d', '30d']);
}

/** When a range begins, counted back from `now`. */
export function startOf(range: Range, now: number): string {
  return new Date(now - RANGES[range] * 1000).toISOString();
}

export function isNarrowed({ live: _live, ...filters }: CallLogSearch): boolean {
  return Object.values(filters).some((value) => value !== undefined);
}

export function useChangeSearch<Search extends CallLogSearch>() {
  const navigate = useNavigate();
  return {
    change: (change: Search) =>
      void navigate({ to: '.', search: (old: CallLogSearch) => ({ ...old, ...change }), replace: true }),
    clear: () => void navigate({ to: '.', search: (old: CallLogSearch) => ({ live: old.live }), replace: true }),
  };
}
