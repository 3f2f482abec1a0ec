import { Popover } from 'radix-ui';
import type { Context } from '@/api/chat';
import { shares } from '@/features/chat/context';
import { formatCompact, formatCost } from '@/lib/format';

type Props = { context: Context; cost: string | null };

/** How full the model's window is; a click says of what. */
export function ContextGauge({ context, cost }: Props) {
  const { percent, fill, parts } = shares(context);
  const label =
    percent === null
      ? `${formatCompact(context.used)} tokens in use`
      : `Context: ${percent} % of ${formatCompact(context.limit)} tokens in use`;
  return (
    <Popover.Root>
      <Popover.Trigger asChild>
        <button
          type="button"
          aria-label={label}
          title={label}
          className="flex h-8 shrink-0 items-center gap-1.5 rounded-md px-2 text-xs text-text-2 tnum hover:bg-surface-3"
        >
          <Ring share={percent === null ? 0 : percent / 100} fill={fill} />
          {percent === null ? formatCompact(context.used) : `${percent} %`}
        </button>
      </Popover.Trigger>
      <Popover.Portal>
        <Popover.Content
          side="top"
          align="end"
          sideOffset={8}
          collisionPadding={12}
          aria-label="Context"
          className="pop-in z-50 w-72 rounded-lg border border-line bg-surface p-3.5 text-sm shadow-pop"
        >
          <p className="font-medium">{label}</p>
          <Bar parts={parts} label={label} />
          <table className="mt-2 w-full text-xs tnum">
            <caption className="sr-only">What fills the context</caption>
            <tbody>
              {parts.map((part) => (
                <tr key={part.name}>
                  <th scope="row" className="py-0.5 text-left font-normal text-text-2">
                    <svg viewBox="0 0 8 8" className="mr-1.5 inline size-2" aria-hidden>
                      <rect width="8" height="8" rx="2" fill={part.fill} />
                    </svg>
                    {part.name}
                  </th>
                  <td className="text-right">{formatCompact(part.tokens)}</td>
                </tr>
              ))}
            </tbody>
          </table>
          <p className="mt-2 text-2xs text-text-3">
            {context.exact ? 'As the provider counted it' : 'Estimated'} for {context.model}.
            {cost === null ? '' : ` The conversation has cost ${formatCost(Number(cost))} so far.`}
          </p>
        </Popover.Content>
      </Popover.Portal>
    </Popover.Root>
  );
}

function Ring({ share, fill }: { share: number; fill: string }) {
  const length = 2 * Math.PI * 6;
  return (
    <svg viewBox="0 0 16 16" className="size-4 -rotate-90" aria-hidden>
      <circle cx="8" cy="8" r="6" fill="none" stroke="var(--surface-3)" strokeWidth="3" />
      <circle
        cx="8"
        cy="8"
        r="6"
        fill="none"
        stroke={fill}
        strokeWidth="3"
        strokeDasharray={`${Math.min(1, share) * length} ${length}`}
      />
    </svg>
  );
}

function Bar({ parts, label }: { parts: ReturnType<typeof shares>['parts']; label: string }) {
  return (
    <svg
      viewBox="0 0 1000 10"
      preserveAspectRatio="none"
      role="img"
      aria-label={label}
      className="mt-2 h-2.5 w-full rounded"
    >
      {parts.map((part) => (
        <rect key={part.name} x={part.from * 1000} width={part.share * 1000} height="10" fill={part.fill} />
      ))}
    </svg>
  );
}
