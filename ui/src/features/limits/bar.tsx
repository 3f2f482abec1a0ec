import type { Limit } from '@/api/policies';
import { type Level, amount, levelOf } from '@/features/limits/words';
import { cn } from '@/lib/class-names';

const FILLS: Record<Level, string> = { calm: 'bg-accent', near: 'bg-warn', over: 'bg-bad' };

/** How much of a limit is used, as a length beside its figures. */
export function LimitBar({ limit, label }: { limit: Limit; label: string }) {
  const { used, limitValue, limitType, percent } = limit;
  const said = `${amount(limitType, used)} of ${amount(limitType, limitValue)}`;
  return (
    <div className="flex items-center gap-3">
      <div
        role="meter"
        aria-label={label}
        aria-valuemin={0}
        aria-valuemax={100}
        aria-valuenow={Math.min(100, Math.round(percent))}
        aria-valuetext={said}
        className="h-2.5 min-w-24 flex-1 overflow-hidden rounded-full bg-surface-3"
      >
        <div
          className={cn('h-full rounded-full', FILLS[levelOf(limit)])}
          style={{ width: `${Math.min(100, Math.max(percent, used > 0 ? 1 : 0))}%` }}
        />
      </div>
      <span className="w-44 shrink-0 text-right text-sm whitespace-nowrap tnum max-sm:w-auto">
        <span className="font-medium">{amount(limitType, used)}</span>
        <span className="text-text-3"> of {amount(limitType, limitValue)}</span>
        <span className="ml-2 inline-block w-11 text-xs text-text-2">{Math.round(percent)} %</span>
      </span>
    </div>
  );
}
