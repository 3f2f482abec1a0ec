import { cn } from '@/lib/class-names';
import type { LiveState } from '@/features/call-log/live';

type Props = { state: LiveState; on: boolean; onChange: (on: boolean) => void };

export function LiveToggle({ state, on, onChange }: Props) {
  return (
    <button
      type="button"
      aria-pressed={on}
      onClick={() => onChange(!on)}
      className={cn(
        'flex h-8 items-center gap-2 rounded-md border px-3 text-sm font-medium transition-colors',
        on ? 'border-ok/40 bg-ok-soft text-ok-text' : 'border-line-strong bg-surface text-text-2 hover:bg-surface-2',
      )}
    >
      <span aria-hidden className="relative grid size-2 place-items-center">
        {state === 'open' ? (
          <span className="absolute size-2 animate-[ping-soft_1.6s_ease-out_infinite] rounded-full bg-ok" />
        ) : null}
        <span
          className={cn(
            'size-2 rounded-full',
            state === 'open' ? 'bg-ok' : state === 'connecting' ? 'bg-warn' : 'bg-text-3/50',
          )}
        />
      </span>
      {state === 'connecting' ? 'Connecting…' : 'Live'}
    </button>
  );
}
