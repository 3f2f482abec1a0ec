import { useQuery } from '@tanstack/react-query';
import { RadioGroup } from 'radix-ui';
import { Card, CardHeader } from '@/components/ui/card';
import { Skeleton } from '@/components/ui/skeleton';
import { causeOf, ErrorState } from '@/components/ui/states';
import { showToast } from '@/components/ui/toast';
import { organizationQuery } from '@/features/organization/queries';
import { useSetGlobalPolicy } from '@/features/tool-policies/queries';
import type { GlobalPolicy } from '@/features/tool-policies/words';
import { useCan } from '@/shell/permissions';

const CHOICES: { value: GlobalPolicy; label: string; what: string }[] = [
  {
    value: 'permissive',
    label: 'Allow what no policy speaks of',
    what: 'Calls go through and results are trusted, unless a policy says otherwise.',
  },
  {
    value: 'restrictive',
    label: 'Refuse it once something untrusted was read',
    what: 'Results are not trusted, and afterwards only calls that a policy allows go through.',
  },
];

export function useGlobalPolicy(): GlobalPolicy {
  const { data } = useQuery(organizationQuery);
  return data?.globalToolPolicy === 'restrictive' ? 'restrictive' : 'permissive';
}

/** What counts for tools without a policy of their own. */
export function GlobalPolicyCard() {
  const organization = useQuery(organizationQuery);
  const chosen = useGlobalPolicy();
  const update = useSetGlobalPolicy();
  const mayChange = useCan('organization', 'update');
  return (
    <Card>
      <CardHeader
        title="Without a policy"
        description="Data nobody vouches for can carry instructions. This decides what a tool may do that nobody has looked at yet."
      />
      {organization.isLoadingError ? (
        <ErrorState
          title="The setting could not be read"
          error={organization.error}
          onRetry={() => void organization.refetch()}
        />
      ) : organization.isPending ? (
        <div className="grid gap-2 px-4 pb-4 md:grid-cols-2">
          <Skeleton className="h-15" />
          <Skeleton className="h-15" />
        </div>
      ) : (
        <RadioGroup.Root
          aria-label="Without a policy"
          className="grid gap-2 px-4 pb-4 md:grid-cols-2"
          value={update.isPending ? update.variables : chosen}
          disabled={!mayChange}
          onValueChange={(value) =>
            update.mutate(value as GlobalPolicy, {
              onSuccess: () => showToast({ tone: 'ok', title: 'Counts from the next call on' }),
              onError: (error) => showToast({ tone: 'bad', title: 'Not changed', detail: causeOf(error) }),
            })
          }
        >
          {CHOICES.map(({ value, label, what }) => (
            <RadioGroup.Item
              key={value}
              value={value}
              aria-label={label}
              className="rounded-lg border border-line px-3 py-2 text-left enabled:hover:bg-surface-2 data-[state=checked]:border-accent data-[state=checked]:bg-accent-soft"
            >
              <span className="block text-sm font-medium">{label}</span>
              <span className="block text-xs text-text-2">{what}</span>
            </RadioGroup.Item>
          ))}
        </RadioGroup.Root>
      )}
      {mayChange ? null : (
        <p className="px-4 pb-3 text-xs text-text-3">Only who may change the organization can change this.</p>
      )}
    </Card>
  );
}
