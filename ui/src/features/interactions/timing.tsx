import type { InteractionDetail } from '@/api/types';
import { formatDuration, formatInteger } from '@/lib/format';

/** When the first byte came and how long the rest took, to scale. */
export function Timing({ call }: { call: InteractionDetail }) {
  const { firstByteMs, durationMs, outputTokens } = call;
  if (durationMs <= 0) return null;
  const first = Math.min(firstByteMs ?? durationMs, durationMs);
  const rest = durationMs - first;
  const speed = rest > 50 && outputTokens ? Math.round(outputTokens / (rest / 1000)) : null;
  return (
    <figure>
      <figcaption className="mb-1 flex justify-between text-2xs text-text-3">
        <span>Time</span>
        {speed === null ? null : <span className="tnum">{formatInteger(speed)} tokens/s after the first byte</span>}
      </figcaption>
      <Bar
        segments={[
          { name: 'to the first byte', value: first, shown: formatDuration(first), className: 'bg-text-3/45' },
          {
            name: call.stream ? 'streaming' : 'reading the answer',
            value: rest,
            shown: formatDuration(rest),
            className: 'bg-accent',
          },
        ]}
      />
    </figure>
  );
}

/** Where the tokens were spent. */
export function TokenBar({ call }: { call: InteractionDetail }) {
  if (call.inputTokens === null && call.outputTokens === null) return null;
  const count = (name: string, value: number | null, className: string) => ({
    name,
    value: value ?? 0,
    shown: formatInteger(value ?? 0),
    className,
  });
  return (
    <figure>
      <figcaption className="mb-1 text-2xs text-text-3">Tokens</figcaption>
      <Bar
        segments={[
          count('read from the cache', call.cacheReadTokens, 'bg-ok'),
          count('written to the cache', call.cacheWriteTokens, 'bg-warn'),
          count('fresh input', call.inputTokens, 'bg-accent'),
          count('output', call.outputTokens, 'bg-copper'),
        ]}
      />
    </figure>
  );
}

type Segment = { name: string; value: number; shown: string; className: string };

function Bar({ segments }: { segments: Segment[] }) {
  const shown = segments.filter((segment) => segment.value > 0);
  const total = shown.reduce((sum, segment) => sum + segment.value, 0);
  if (total === 0) return null;
  return (
    <>
      <div aria-hidden className="flex h-2 gap-px overflow-hidden rounded-full">
        {shown.map((segment) => (
          <div
            key={segment.name}
            className={segment.className}
            style={{ width: `${Math.max(0.6, (segment.value / total) * 100)}%` }}
          />
        ))}
      </div>
      <ul className="mt-1.5 flex flex-wrap gap-x-4 gap-y-0.5 text-xs text-text-2">
        {shown.map((segment) => (
          <li key={segment.name} className="flex items-center gap-1.5">
            <span aria-hidden className={`size-2 rounded-[3px] ${segment.className}`} />
            <span className="font-medium tnum">{segment.shown}</span> {segment.name}
          </li>
        ))}
      </ul>
    </>
  );
}
