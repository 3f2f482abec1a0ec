import { useQuery } from '@tanstack/react-query';
import type { Permissions } from '@/api/access';
import { Segmented } from '@/components/ui/segmented';
import { Skeleton } from '@/components/ui/skeleton';
import { PermissionMatrix } from '@/features/roles/matrix';
import { allPermissionsQuery } from '@/features/roles/queries';
import { permissionsQuery } from '@/shell/queries';

type Props = {
  whose: string | undefined;
  value: Permissions | null;
  onChange: (permission: Permissions | null) => void;
};

export function ScopeField({ whose, value, onChange }: Props) {
  const choices = [
    { value: 'all', label: whose === undefined ? 'All that I may' : 'All that its role allows' },
    { value: 'some', label: 'Only what I choose' },
  ] as const;
  const all = useQuery(allPermissionsQuery);
  const own = useQuery(permissionsQuery);
  return (
    <div className="flex flex-col gap-1.5">
      <span className="text-sm font-medium">What it may do</span>
      <Segmented
        label="What it may do"
        value={value === null ? 'all' : 'some'}
        options={choices}
        onValueChange={(choice) => onChange(choice === 'all' ? null : {})}
      />
      {value === null ? (
        <p className="text-xs text-text-3">Also what the role allows later; less, when it allows less.</p>
      ) : all.data && own.data ? (
        <div className="mt-1.5 overflow-hidden rounded-lg border border-line">
          <PermissionMatrix
            caption="What the key may do"
            all={all.data}
            value={value}
            onChange={onChange}
            ceiling={own.data}
          />
        </div>
      ) : (
        <Skeleton className="h-40" />
      )}
    </div>
  );
}
