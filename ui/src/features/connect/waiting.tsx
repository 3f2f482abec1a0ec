import type { ReactNode } from 'react';
import type { LiveState } from '@/features/call-log/live';

type Props = { state: LiveState; title: string; children: ReactNode };

/** The dashed box before the first call. A call is only seen once the stream is open, so until then it does not ask for one. */
export function Waiting({ state, title, children }: Props) {
  const open = state === 'open';
  return (
    <div
      role="status"
      className="flex items-center gap-3.5 rounded-lg border border-dashed border-line-strong px-4 py-3.5"
    >
      <span aria-hidden className="relative grid size-3 shrink-0 place-items-center">
        {open ? (
          <span className="absolute size-3 animate-[ping-soft_1.8s_ease-out_infinite] rounded-full bg-accent" />
        ) : null}
        <span className={open ? 'size-2.5 rounded-full bg-accent' : 'size-2.5 rounded-full bg-text-3'} />
      </span>
      <div>
        <p className="text-sm font-medium">{open ? title : 'Getting ready to watch…'}</p>
        <p className="text-xs text-text-3">{children}</p>
      </div>
    </div>
  );
}
