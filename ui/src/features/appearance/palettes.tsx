import { useQuery } from '@tanstack/react-query';
import { RadioGroup } from 'radix-ui';
import type { AppearanceChange } from '@/api/types';
import { Card, CardHeader } from '@/components/ui/card';
import { SkeletonRows } from '@/components/ui/skeleton';
import { causeOf, ErrorState } from '@/components/ui/states';
import { showToast } from '@/components/ui/toast';
import { organizationQuery, useUpdateAppearance } from '@/features/organization/queries';
import { PALETTES, swatchOf } from '@/lib/palette';
import { useCan } from '@/shell/permissions';

/** One choice for everybody, so only who may change the organization makes it. */
export function Palettes() {
  const organization = useQuery(organizationQuery);
  const update = useUpdateAppearance();
  const mayChange = useCan('organization', 'update');
  if (!mayChange) return null;
  const chosen = organization.data && organization.data.theme in PALETTES ? organization.data.theme : 'cosmic-night';
  return (
    <Card>
      <CardHeader title="Colours" description="For everybody here, in light and dark. Contrast is the same in each." />
      {organization.isLoadingError ? (
        <ErrorState
          title="The colours could not be read"
          error={organization.error}
          onRetry={() => void organization.refetch()}
        />
      ) : organization.isPending ? (
        <SkeletonRows rows={2} />
      ) : (
        <RadioGroup.Root
          aria-label="Colours"
          className="grid grid-cols-2 gap-2 px-4 pb-4 sm:grid-cols-3 xl:grid-cols-4"
          value={update.isPending ? (update.variables.theme ?? chosen) : chosen}
          onValueChange={(theme) =>
            update.mutate(
              { theme: theme as AppearanceChange['theme'] },
              { onError: (error) => showToast({ tone: 'bad', title: 'The colours stay', detail: causeOf(error) }) },
            )
          }
        >
          {Object.keys(PALETTES).map((theme) => (
            <RadioGroup.Item
              key={theme}
              value={theme}
              className="flex items-center gap-2.5 rounded-lg border border-line px-3 py-2 text-sm hover:bg-surface-2 data-[state=checked]:border-accent data-[state=checked]:bg-accent-soft"
            >
              <span
                aria-hidden
                className="size-4 shrink-0 rounded-full border border-line"
                style={{ background: swatchOf(theme) }}
              />
              <span className="truncate">{nameOf(theme)}</span>
            </RadioGroup.Item>
          ))}
        </RadioGroup.Root>
      )}
    </Card>
  );
}

function nameOf(theme: string): string {
  const words = theme.replace(/-dark$/, '').replaceAll('-', ' ');
  return words.charAt(0).toUpperCase() + words.slice(1);
}
