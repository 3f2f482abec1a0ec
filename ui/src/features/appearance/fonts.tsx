import { useQuery } from '@tanstack/react-query';
import { RadioGroup } from 'radix-ui';
import type { AppearanceChange } from '@/api/types';
import { Card, CardHeader } from '@/components/ui/card';
import { SkeletonRows } from '@/components/ui/skeleton';
import { causeOf, ErrorState } from '@/components/ui/states';
import { showToast } from '@/components/ui/toast';
import { organizationQuery, useUpdateAppearance } from '@/features/organization/queries';
import { familyOf, FONTS } from '@/lib/palette';
import { useCan } from '@/shell/permissions';

/** One choice for everybody, as the colours are. */
export function Fonts() {
  const organization = useQuery(organizationQuery);
  const update = useUpdateAppearance();
  const mayChange = useCan('organization', 'update');
  if (!mayChange) return null;
  const chosen = organization.data?.customFont ?? '';
  return (
    <Card>
      <CardHeader title="Font" description="For everybody here. It comes with this server; no other is asked for it." />
      {organization.isLoadingError ? (
        <ErrorState
          title="The font could not be read"
          error={organization.error}
          onRetry={() => void organization.refetch()}
        />
      ) : organization.isPending ? (
        <SkeletonRows rows={2} />
      ) : (
        <RadioGroup.Root
          aria-label="Font"
          className="grid grid-cols-2 gap-2 px-4 pb-4 sm:grid-cols-3"
          value={update.isPending ? (update.variables.customFont ?? chosen) : chosen}
          onValueChange={(customFont) =>
            update.mutate(
              { customFont: customFont as AppearanceChange['customFont'] },
              { onError: (error) => showToast({ tone: 'bad', title: 'The font stays', detail: causeOf(error) }) },
            )
          }
        >
          {Object.entries(FONTS).map(([font, { name }]) => (
            <RadioGroup.Item
              key={font}
              value={font}
              aria-label={name}
              style={{ fontFamily: familyOf(font) }}
              className="rounded-lg border border-line px-3 py-2 text-left hover:bg-surface-2 data-[state=checked]:border-accent data-[state=checked]:bg-accent-soft"
            >
              <span className="block truncate text-base">{name}</span>
              <span className="block truncate text-xs text-text-2">The quick brown fox, 1,234.50</span>
            </RadioGroup.Item>
          ))}
        </RadioGroup.Root>
      )}
    </Card>
  );
}
