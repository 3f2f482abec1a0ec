import { useQuery } from '@tanstack/react-query';
import { Card } from '@/components/ui/card';
import { Sparkline } from '@/components/ui/sparkline';
import { savingsQuery } from '@/features/optimization-rules/queries';
import { formatCost } from '@/lib/format';

/** What the calls of thirty days cost, beside what they would have cost. */
export function Savings() {
  const { data } = useQuery(savingsQuery);
  if (data === undefined || data.totalBaselineCost === 0) return null;
  const { totalActualCost, totalBaselineCost, totalOptimizationSavings, timeSeries } = data;
  return (
    <Card className="flex flex-wrap items-center gap-x-8 gap-y-3 px-4 py-3">
      <div>
        <p className="text-xs text-text-3">Saved in 30 days</p>
        <p className="text-2xl font-semibold tnum">{formatCost(totalOptimizationSavings)}</p>
      </div>
      <dl className="min-w-56 flex-1 space-y-1.5 text-xs">
        <Bar label="Without rules" value={totalBaselineCost} of={totalBaselineCost} className="bg-line-strong" />
        <Bar label="With them" value={totalActualCost} of={totalBaselineCost} className="bg-accent" />
      </dl>
      <Sparkline
        label={`Savings over 30 days, ${formatCost(totalOptimizationSavings)} in all`}
        values={timeSeries.map(({ optimizationSavings }) => optimizationSavings)}
        className="w-48 max-sm:hidden"
      />
    </Card>
  );
}

function Bar({ label, value, of, className }: { label: string; value: number; of: number; className: string }) {
  return (
    <div className="flex items-center gap-3">
      <dt className="w-20 shrink-0 text-text-2">{label}</dt>
      <dd className="flex min-w-0 flex-1 items-center gap-2">
        <span className="h-2 flex-1 rounded-full" aria-hidden>
          <span
            className={`block h-full rounded-full ${className}`}
            style={{ width: `${Math.min(100, (value / of) * 100)}%` }}
          />
        </span>
        <span className="w-16 shrink-0 text-right tnum">{formatCost(value)}</span>
      </dd>
    </div>
  );
}
