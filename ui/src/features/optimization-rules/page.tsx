import { useQuery } from '@tanstack/react-query';
import { useNavigate, useSearch } from '@tanstack/react-router';
import { Plus, Shuffle } from 'lucide-react';
import { useState } from 'react';
import type { OptimizationRule } from '@/api/policies';
import { Button } from '@/components/ui/button';
import { Card } from '@/components/ui/card';
import { ConfirmDialog } from '@/components/ui/confirm-dialog';
import { InlineCode } from '@/components/ui/inline-code';
import { SkeletonRows } from '@/components/ui/skeleton';
import { causeOf, EmptyState, ErrorState } from '@/components/ui/states';
import { showToast } from '@/components/ui/toast';
import { providerName } from '@/features/agents/proxy-urls';
import { RuleDialog } from '@/features/optimization-rules/form';
import { RuleList } from '@/features/optimization-rules/list';
import { optimizationRulesQuery, useDeleteRule } from '@/features/optimization-rules/queries';
import { Savings } from '@/features/optimization-rules/savings';
import type { RulesSearch } from '@/features/optimization-rules/search';
import { ruleSentence } from '@/features/optimization-rules/words';
import { organizationQuery } from '@/features/organization/queries';
import { Page } from '@/shell/page';
import { useCan } from '@/shell/permissions';

export function OptimizationRulesPage() {
  const search = useSearch({ from: '/_app/optimization-rules' });
  const navigate = useNavigate({ from: '/optimization-rules' });
  const rules = useQuery(optimizationRulesQuery);
  const organization = useQuery(organizationQuery);
  const mayAdd = useCan('profile', 'create');
  const [doomed, setDoomed] = useState<OptimizationRule | null>(null);
  const go = (change: RulesSearch) => void navigate({ search: (old) => ({ ...old, ...change }), replace: true });
  const edited = rules.data?.find(({ id }) => id === search.edit);
  return (
    <Page
      title="Optimization rules"
      description="Which requests a cheaper model of the same provider answers. The first rule that fits is taken; within a group the oldest stands first."
      actions={
        mayAdd ? (
          <Button variant="primary" onClick={() => go({ create: true })}>
            <Plus aria-hidden /> Add rule
          </Button>
        ) : null
      }
    >
      <Savings />
      <Card className="overflow-hidden">
        {rules.isLoadingError ? (
          <ErrorState title="The rules could not be read" error={rules.error} onRetry={() => void rules.refetch()} />
        ) : rules.isPending ? (
          <SkeletonRows rows={3} />
        ) : rules.data.length === 0 ? (
          <EmptyState
            icon={Shuffle}
            title="No rules yet"
            actions={mayAdd ? <Button onClick={() => go({ create: true })}>Add the first rule</Button> : null}
          >
            Every request goes to the model that it asks for. Short questions without tools are a good first rule.
          </EmptyState>
        ) : (
          <RuleList rules={rules.data} onEdit={({ id }) => go({ edit: id })} onDelete={setDoomed} />
        )}
      </Card>
      {organization.data && (edited || search.create) ? (
        <RuleDialog
          key={edited?.id ?? 'new'}
          rule={edited}
          organizationId={organization.data.id}
          onClose={() => go({ edit: undefined, create: undefined })}
        />
      ) : null}
      {doomed ? <DeleteRule rule={doomed} onClose={() => setDoomed(null)} /> : null}
    </Page>
  );
}

function DeleteRule({ rule, onClose }: { rule: OptimizationRule; onClose: () => void }) {
  const remove = useDeleteRule();
  return (
    <ConfirmDialog
      title="Delete this rule?"
      confirmLabel="Delete rule"
      pending={remove.isPending}
      error={remove.isError ? causeOf(remove.error) : null}
      onClose={onClose}
      onConfirm={() =>
        remove.mutate(rule.id, {
          onSuccess: () => {
            showToast({ tone: 'ok', title: 'The rule is gone' });
            onClose();
          },
        })
      }
    >
      <InlineCode text={ruleSentence({ ...rule, providerName: providerName(rule.provider) })} />
    </ConfirmDialog>
  );
}
