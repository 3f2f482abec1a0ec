import { costTone, shareText, WINDOW_TOKENS } from '@/features/agent-tools/token-cost';
import { cn } from '@/lib/class-names';
import { formatCompact } from '@/lib/format';

const FILLS = { ok: 'var(--accent)', warn: 'var(--warn)', bad: 'var(--bad)' };

type Props = { tokens: number; added?: number; className?: string };

/** How much of a model's window the tools take before anything is said. */
export function TokenGauge({ tokens, added = 0, className }: Props) {
  const all = tokens + added;
  return (
    <svg
      viewBox="0 0 1000 8"
      preserveAspectRatio="none"
      role="img"
      aria-label={`${formatCompact(all)} of ${formatCompact(WINDOW_TOKENS)} tokens, ${shareText(all)}`}
      className={cn('h-2 w-full overflow-hidden rounded-full', className)}
    >
      <rect width="1000" height="8" fill="var(--surface-3)" />
      <rect width={wide(all)} height="8" fill={FILLS[costTone(all)]} opacity="0.45" />
      <rect width={wide(tokens)} height="8" fill={FILLS[costTone(all)]} />
    </svg>
  );
}

/** Something is never nothing: a sliver shows that there is a cost. */
function wide(tokens: number): number {
  return tokens === 0 ? 0 : Math.max(6, Math.min(1000, (tokens / WINDOW_TOKENS) * 1000));
}
