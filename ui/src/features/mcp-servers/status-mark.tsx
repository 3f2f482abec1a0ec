import { Loader2 } from 'lucide-react';
import type { McpServer, Progress } from '@/api/mcp';
import { percentOf, serverLook } from '@/features/mcp-servers/status';
import { cn } from '@/lib/class-names';

const DOTS = { ok: 'bg-ok', accent: 'bg-accent', bad: 'bg-bad', neutral: 'bg-text-3' };
const WORDS = {
  ok: 'text-text-2',
  accent: 'text-accent-text',
  bad: 'font-medium text-bad-text',
  neutral: 'text-text-3',
};

/** A dot and a word; while something is under way, a spinner instead of the dot. */
export function StatusMark({ server, className }: { server: McpServer; className?: string }) {
  const look = serverLook(server);
  return (
    <span className={cn('inline-flex items-center gap-1.5 whitespace-nowrap', className)}>
      {look.state === 'working' ? (
        <Loader2 className="size-3.5 animate-spin text-accent-text" aria-hidden />
      ) : (
        <span aria-hidden className={cn('mx-0.5 size-2 rounded-full', DOTS[look.tone])} />
      )}
      <span className={WORDS[look.tone]}>{look.label}</span>
    </span>
  );
}

/** How far a pull has come; nothing when the step has no measure. */
export function StepBar({ progress, className }: { progress: Progress | null; className?: string }) {
  const percent = percentOf(progress);
  if (percent === null) return null;
  return (
    <svg
      viewBox="0 0 100 4"
      preserveAspectRatio="none"
      role="img"
      aria-label={`${percent} percent done`}
      className={cn('h-1 w-full overflow-hidden rounded-full', className)}
    >
      <rect width="100" height="4" fill="var(--surface-3)" />
      <rect width={percent} height="4" fill="var(--accent)" />
    </svg>
  );
}
