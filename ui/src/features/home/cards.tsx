import { Link } from '@tanstack/react-router';
import { TrendingDown, TrendingUp } from 'lucide-react';
import type { ReactNode } from 'react';
import type { Home, StatCard } from '@/api/types';
import { Card } from '@/components/ui/card';
import { Sparkline } from '@/components/ui/sparkline';
import type { Timeframe } from '@/features/home/search';
import { cn } from '@/lib/class-names';
import { formatChange, formatCompact, formatCost, formatInteger, pluralize } from '@/lib/format';

const BEFORE: Record<Timeframe, string> = {
  today: 'the same time before',
  '24h': 'the 24 hours before',
  '7d': 'the 7 days before',
};

export function StatCards({ home, timeframe }: { home: Home; timeframe: Timeframe }) {
  const { requests, cost, tokens, errors } = home.cards;
  const before = BEFORE[timeframe];
  const cached =
    tokens.input + tokens.cacheRead > 0 ? Math.round((tokens.cacheRead / (tokens.input + tokens.cacheRead)) * 100) : 0;
  const errorRate = requests.value > 0 ? (errors.value / requests.value) * 100 : 0;
  return (
    <div className="grid gap-4 sm:grid-cols-2 lg:grid-cols-4">
      <Stat
        name="Requests"
        card={requests}
        before={before}
        format={formatInteger}
        note={errors.value === 0 ? 'All answered' : `${formatInteger(requests.value - errors.value)} answered`}
      />
      <Stat
        name="Spend"
        card={cost}
        before={before}
        format={formatCost}
        tone="copper"
        note={
          cost.unknownCount > 0 ? (
            <Link to="/prices" className="text-warn-text underline underline-offset-2">
              plus {pluralize(cost.unknownCount, 'call')} without a price
            </Link>
          ) : (
            'Every call has a price'
          )
        }
      />
      <Stat
        name="Tokens"
        card={tokens}
        before={before}
        format={formatCompact}
        note={
          cached > 0
            ? `${cached} % of the input from the cache`
            : `${formatCompact(tokens.input)} in, ${formatCompact(tokens.output)} out`
        }
      />
      <Stat
        name="Errors"
        card={errors}
        before={before}
        format={formatInteger}
        tone="bad"
        rising="bad"
        note={errors.value === 0 ? 'None' : `${errorRate < 0.1 ? '< 0.1' : errorRate.toFixed(1)} % of the requests`}
      />
    </div>
  );
}

type StatProps = {
  name: string;
  card: StatCard;
  before: string;
  format: (value: number) => string;
  note: ReactNode;
  tone?: 'accent' | 'bad' | 'copper';
  rising?: 'bad';
};

function Stat({ name, card, before, format, note, tone = 'accent', rising }: StatProps) {
  const change = formatChange(card.value, card.previous);
  const up = card.value > card.previous;
  return (
    <Card className="flex flex-col overflow-hidden" aria-label={name}>
      <div className="px-4 pt-3.5">
        <h2 className="text-xs font-medium text-text-2">{name}</h2>
        <p className="mt-1 flex items-baseline gap-2">
          <span className="text-2xl font-semibold tracking-tight tnum">{format(card.value)}</span>
          {change === null ? null : (
            <span
              title={`${format(card.previous)} ${before}`}
              className={cn(
                'flex items-center gap-0.5 text-xs tnum',
                rising === 'bad' ? (up ? 'text-bad-text' : 'text-ok-text') : 'text-text-3',
              )}
            >
              {card.value === card.previous ? null : up ? (
                <TrendingUp className="size-3" aria-hidden />
              ) : (
                <TrendingDown className="size-3" aria-hidden />
              )}
              {change}
              <span className="sr-only">compared with {before}</span>
            </span>
          )}
        </p>
        <p className="mt-0.5 truncate text-xs text-text-3">{note}</p>
      </div>
      <Sparkline
        className="mt-3"
        tone={tone}
        values={card.series.map((point) => point.v)}
        label={`${name} over time, ${card.series.length} points, highest ${format(Math.max(0, ...card.series.map((point) => point.v)))}`}
      />
    </Card>
  );
}
