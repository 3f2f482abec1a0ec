import type { Permissions } from '@/api/access';
import { Badge } from '@/components/ui/badge';
import { RelativeTime } from '@/components/ui/time';
import { countOf } from '@/features/roles/permissions';
import { pluralize } from '@/lib/format';
import { useNow } from '@/lib/now';

export function KeyScope({ permission }: { permission: Permissions | null }) {
  if (permission === null) return <Badge>all that its owner may</Badge>;
  const words = Object.entries(permission).map(([resource, actions]) => `${resource}: ${actions.join(', ')}`);
  return (
    <Badge tone="accent" title={words.join('\n')}>
      {pluralize(countOf(permission), 'permission')}
    </Badge>
  );
}

const SOON_MS = 7 * 86_400_000;

export function KeyExpiry({ at }: { at: string }) {
  const left = new Date(at).getTime() - useNow();
  if (left <= 0) return <Badge tone="bad">expired</Badge>;
  if (left < SOON_MS) {
    return (
      <Badge tone="warn">
        <RelativeTime at={at} />
      </Badge>
    );
  }
  return <RelativeTime at={at} className="whitespace-nowrap" />;
}
