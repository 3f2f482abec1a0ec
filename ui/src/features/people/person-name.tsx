import { Badge } from '@/components/ui/badge';

type Props = { person: { name: string; email: string; isSelf?: boolean } };

export function PersonName({ person }: Props) {
  return (
    <span className="flex min-w-0 items-center gap-3">
      <Initials name={person.name || person.email} />
      <span className="min-w-0">
        <span className="flex items-center gap-2">
          <span className="truncate font-medium">{person.name || person.email}</span>
          {person.isSelf ? <Badge tone="outline">you</Badge> : null}
        </span>
        {person.name ? <span className="block truncate text-xs text-text-3">{person.email}</span> : null}
      </span>
    </span>
  );
}

function Initials({ name }: { name: string }) {
  const words = name.split(/[\s@._-]+/).filter(Boolean);
  return (
    <span
      aria-hidden
      className="grid size-8 shrink-0 place-items-center rounded-full bg-surface-3 text-xs font-semibold text-text-2"
    >
      {((words[0]?.[0] ?? '?') + (name.includes('@') ? '' : (words[1]?.[0] ?? ''))).toUpperCase()}
    </span>
  );
}
