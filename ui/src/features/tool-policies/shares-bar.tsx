import { Card } from '@/components/ui/card';
import { type Share, shares, type ToolRow } from '@/features/tool-policies/summary';
import { type Kind, type Tone, wordsOf } from '@/features/tool-policies/words';
import { cn } from '@/lib/class-names';
import { pluralize } from '@/lib/format';

const FILLS: Record<Tone, string> = {
  ok: 'bg-ok',
  accent: 'bg-accent',
  warn: 'bg-warn',
  bad: 'bg-bad',
  neutral: 'bg-line-strong',
};
const TITLES: Record<Kind, string> = { call: 'Calls', result: 'Results' };

type Props = {
  kind: Kind;
  rows: readonly ToolRow[];
  chosen: string | undefined;
  onChoose: (action: string | undefined) => void;
};

/** How many tools have which default; each part is a filter. */
export function DefaultsBar({ kind, rows, chosen, onChoose }: Props) {
  const parts = shares(rows, kind).filter(({ count, action }) => count > 0 || action === chosen);
  return (
    <Card className="flex flex-col gap-2.5 px-4 py-3">
      <h2 className="flex items-baseline justify-between text-sm font-semibold">
        {TITLES[kind]}
        <span className="text-xs font-normal text-text-3">by each tool’s default</span>
      </h2>
      <div className="flex h-2.5 gap-0.5 overflow-hidden rounded-full" aria-hidden>
        {parts.map((part) => (
          <span key={part.action} className={FILLS[look(kind, part).tone]} style={{ flexGrow: part.count }} />
        ))}
      </div>
      <ul className="flex flex-wrap gap-1.5" aria-label={`${TITLES[kind]} by default`}>
        {parts.map((part) => {
          const { short, tone } = look(kind, part);
          const isChosen = chosen === part.action;
          return (
            <li key={part.action}>
              <button
                type="button"
                aria-pressed={isChosen}
                aria-label={`${short}: ${pluralize(part.count, 'tool')}`}
                onClick={() => onChoose(isChosen ? undefined : part.action)}
                className={cn(
                  'inline-flex items-center gap-1.5 rounded-full border px-2 py-0.5 text-xs text-text-2 hover:bg-surface-2',
                  isChosen ? 'border-accent bg-accent-soft text-accent-text' : 'border-line',
                )}
              >
                <span className={cn('size-2 rounded-full', FILLS[tone])} aria-hidden />
                {short} <span className="font-medium tnum">{part.count}</span>
              </button>
            </li>
          );
        })}
      </ul>
    </Card>
  );
}

function look(kind: Kind, { action }: Share): { short: string; tone: Tone } {
  return action === 'none' ? { short: 'no policy', tone: 'neutral' } : wordsOf(kind, action);
}
