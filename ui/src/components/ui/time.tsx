import { formatDateTime, formatRelative } from '@/lib/format';
import { useNow } from '@/lib/now';

/** "3 min ago", with the exact time on hover. */
export function RelativeTime({ at, className }: { at: string; className?: string }) {
  const now = useNow();
  return (
    <time dateTime={at} title={formatDateTime(at)} className={className}>
      {formatRelative(at, now)}
    </time>
  );
}
