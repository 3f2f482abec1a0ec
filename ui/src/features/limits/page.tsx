import { useQuery } from '@tanstack/react-query';
import { useNavigate, useSearch } from '@tanstack/react-router';
import { Gauge, Plus, SearchX } from 'lucide-react';
import { useState } from 'react';
import type { Limit } from '@/api/policies';
import { Button } from '@/components/ui/button';
import { Card } from '@/components/ui/card';
import { ConfirmDialog } from '@/components/ui/confirm-dialog';
import { Select } from '@/components/ui/input';
import { Notice } from '@/components/ui/notice';
import { SkeletonRows } from '@/components/ui/skeleton';
import { causeOf, EmptyState, ErrorState } from '@/components/ui/states';
import { showToast } from '@/components/ui/toast';
import { LimitDialog } from '@/features/limits/form';
import { LimitList } from '@/features/limits/list';
import { limitsQuery, useDeleteLimit, useResetLimit, useSetInterval } from '@/features/limits/queries';
import { ENTITIES, type LimitsSearch } from '@/features/limits/search';
import { countedBy, INTERVALS } from '@/features/limits/words';
import { organizationQuery } from '@/features/organization/queries';
import { pluralize } from '@/lib/format';
import { Page } from '@/shell/page';
import { useCan } from '@/shell/permissions';

const NO_LIMITS: Limit[] = [];

export function LimitsPage() {
  const search = useSearch({ from: '/_app/limits' });
  const navigate = useNavigate({ from: '/limits' });
  const limits = useQuery(limitsQuery);
  const organization = useQuery(organizationQuery);
  const reset = useResetLimit();
  const mayAdd = useCan('limit', 'create');
  const [doomed, setDoomed] = useState<Limit | null>(null);
  const go = (change: LimitsSearch) => void navigate({ search: (old) => ({ ...old, ...change }), replace: true });

  const all = limits.data ?? NO_LIMITS;
  const shown = all.filter(
    (limit) =>
      (search.entity === undefined || limit.entityType === search.entity) && (!search.exceeded || limit.exceeded),
  );
  const usedUp = all.filter(({ exceeded }) => exceeded).length;
  const edited = all.find(({ id }) => id === search.edit);

  return (
    <Page
      title="Limits"
      description="How much the organization, a team or an agent may spend on models and call tools. What goes beyond is refused."
      actions={
        mayAdd ? (
          <Button variant="primary" onClick={() => go({ create: 'token_cost' })}>
            <Plus aria-hidden /> Add limit
          </Button>
        ) : null
      }
    >
      {usedUp > 0 && !search.exceeded ? (
        <Notice
          tone="warning"
          actions={
            <Button size="sm" onClick={() => go({ exceeded: true, entity: undefined })}>
              Show
            </Button>
          }
        >
          {pluralize(usedUp, 'limit is', 'limits are')} used up: calls are being refused.
        </Notice>
      ) : null}
      <div className="flex flex-wrap items-center gap-2">
        <Select
          aria-label="For whom"
          className="w-44"
          value={search.entity ?? ''}
          onChange={(event) => go({ entity: ENTITIES.find((each) => each === event.target.value) })}
        >
          <option value="">For all</option>
          <option value="organization">For everybody</option>
          <option value="team">For teams</option>
          <option value="agent">For agents</option>
        </Select>
        <IntervalChoice />
        <span className="ml-auto text-xs text-text-3 tnum">
          {limits.data ? `${shown.length} of ${pluralize(all.length, 'limit')}` : ''}
        </span>
      </div>
      <Card>
        {limits.isLoadingError ? (
          <ErrorState title="The limits could not be read" error={limits.error} onRetry={() => void limits.refetch()} />
        ) : limits.isPending ? (
          <SkeletonRows rows={4} />
        ) : all.length === 0 ? (
          <EmptyState
            icon={Gauge}
            title="Nothing is limited"
            actions={
              mayAdd ? (
                <>
                  <Button onClick={() => go({ create: 'token_cost' })}>Limit the spend on models</Button>
                  <Button onClick={() => go({ create: 'tool_calls' })}>Limit calls of tools</Button>
                </>
              ) : null
            }
          >
            Every call is made, whatever it costs. A limit for everybody is a good first one.
          </EmptyState>
        ) : shown.length === 0 ? (
          <EmptyState
            icon={SearchX}
            title={search.exceeded ? 'No limit is used up' : 'No limit matches'}
            actions={<Button onClick={() => go({ entity: undefined, exceeded: undefined })}>Show all limits</Button>}
          />
        ) : (
          <LimitList
            limits={shown}
            onEdit={({ id }) => go({ edit: id })}
            onDelete={setDoomed}
            onReset={({ id }) =>
              reset.mutate(id, {
                onSuccess: () => showToast({ tone: 'ok', title: 'It starts anew from zero' }),
                onError: (error) => showToast({ tone: 'bad', title: 'Not reset', detail: causeOf(error) }),
              })
            }
          />
        )}
      </Card>
      {organization.data && (edited || search.create) ? (
        <LimitDialog
          key={edited?.id ?? 'new'}
          limit={edited}
          type={search.create ?? 'token_cost'}
          organizationId={organization.data.id}
          onClose={() => go({ edit: undefined, create: undefined })}
        />
      ) : null}
      {doomed ? <DeleteLimit limit={doomed} onClose={() => setDoomed(null)} /> : null}
    </Page>
  );
}

/** One choice for all limits. */
function IntervalChoice() {
  const organization = useQuery(organizationQuery);
  const set = useSetInterval();
  const mayChange = useCan('organization', 'update');
  const chosen = set.isPending ? set.variables : (organization.data?.limitCleanupInterval ?? null);
  return (
    <label className="flex items-center gap-2 text-sm text-text-2">
      What is used starts anew
      <Select
        className="w-40"
        value={chosen ?? ''}
        disabled={!mayChange || organization.data === undefined}
        onChange={(event) =>
          set.mutate(event.target.value || null, {
            onError: (error) => showToast({ tone: 'bad', title: 'Not changed', detail: causeOf(error) }),
          })
        }
      >
        <option value="">Never</option>
        {INTERVALS.map(({ value, label }) => (
          <option key={value} value={value}>
            {label}
          </option>
        ))}
      </Select>
    </label>
  );
}

function DeleteLimit({ limit, onClose }: { limit: Limit; onClose: () => void }) {
  const remove = useDeleteLimit();
  return (
    <ConfirmDialog
      title="Delete this limit?"
      confirmLabel="Delete limit"
      pending={remove.isPending}
      error={remove.isError ? causeOf(remove.error) : null}
      onClose={onClose}
      onConfirm={() =>
        remove.mutate(limit.id, {
          onSuccess: () => {
            showToast({ tone: 'ok', title: 'The limit is gone' });
            onClose();
          },
        })
      }
    >
      {limit.entityName}: {countedBy(limit)}. It no longer keeps any call from being made.
    </ConfirmDialog>
  );
}
