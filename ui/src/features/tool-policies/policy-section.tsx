import { useQuery } from '@tanstack/react-query';
import { Pencil, Plus, Trash2 } from 'lucide-react';
import { useState } from 'react';
import type { Tool } from '@/api/mcp';
import { Button } from '@/components/ui/button';
import { InlineCode } from '@/components/ui/inline-code';
import { Select } from '@/components/ui/input';
import { causeOf } from '@/components/ui/states';
import { showToast } from '@/components/ui/toast';
import { teamsQuery } from '@/features/mcp-servers/queries';
import { useGlobalPolicy } from '@/features/tool-policies/global-policy';
import { operatorsQuery, type Policy, useDeletePolicy, useSetDefaults } from '@/features/tool-policies/queries';
import { RuleForm } from '@/features/tool-policies/rule-form';
import type { Side } from '@/features/tool-policies/summary';
import {
  type Action,
  ACTIONS,
  type Kind,
  type Rule,
  ruleSentence,
  withoutPolicy,
  wordsOf,
} from '@/features/tool-policies/words';
import { asSentence } from '@/lib/format';
import { useCan } from '@/shell/permissions';

const TITLES: Record<Kind, string> = { call: 'Calls', result: 'Results' };

/** What rules are said with. */
export function useRuleWords() {
  const operators = useQuery(operatorsQuery);
  const teams = useQuery(teamsQuery);
  return { operators: operators.data ?? [], teams: teams.data ?? [] };
}

export function PolicySection({ kind, tool, side }: { kind: Kind; tool: Tool; side: Side }) {
  const [edited, setEdited] = useState<Policy | 'new' | null>(null);
  const mayCreate = useCan('policy', 'create');
  const what = kind === 'call' ? 'calls' : 'results';
  return (
    <section aria-label={TITLES[kind]} className="flex flex-col gap-2.5">
      <header className="flex items-center justify-between">
        <h3 className="text-sm font-semibold">{TITLES[kind]}</h3>
        {mayCreate && edited === null ? (
          <Button size="sm" onClick={() => setEdited('new')}>
            <Plus aria-hidden /> Add rule<span className="sr-only"> for {what}</span>
          </Button>
        ) : null}
      </header>
      {side.rules.length > 0 ? (
        <ul aria-label={`Rules for ${what}`} className="divide-y divide-line rounded-lg border border-line">
          {side.rules.map((policy) => (
            <RuleRow key={policy.id} kind={kind} policy={policy} onEdit={() => setEdited(policy)} />
          ))}
        </ul>
      ) : null}
      {edited === null ? null : (
        <RuleForm
          key={edited === 'new' ? 'new' : edited.id}
          kind={kind}
          tool={tool}
          policy={edited === 'new' ? undefined : edited}
          onClose={() => setEdited(null)}
        />
      )}
      <Standard kind={kind} tool={tool} policy={side.standard} hasRules={side.rules.length > 0} />
    </section>
  );
}

function RuleRow({ kind, policy, onEdit }: { kind: Kind; policy: Policy; onEdit: () => void }) {
  const words = useRuleWords();
  const remove = useDeletePolicy(kind);
  const mayUpdate = useCan('policy', 'update');
  const mayDelete = useCan('policy', 'delete');
  const sentence = ruleSentence(kind, policy, words);
  const plain = sentence.replaceAll('`', '');
  return (
    <li className="flex items-start gap-2 py-2 pr-2 pl-3 text-sm">
      <span className="min-w-0 flex-1">
        <InlineCode text={sentence} />
        {kind === 'result' && policy.note ? <span className="block text-xs text-text-3">{policy.note}</span> : null}
      </span>
      {mayUpdate ? (
        <Button variant="ghost" size="iconSm" aria-label={`Edit: ${plain}`} title="Edit" onClick={onEdit}>
          <Pencil aria-hidden />
        </Button>
      ) : null}
      {mayDelete ? (
        <Button
          variant="ghost"
          size="iconSm"
          aria-label={`Delete: ${plain}`}
          title="Delete"
          pending={remove.isPending}
          onClick={() =>
            remove.mutate(policy.id, {
              onSuccess: () => showToast({ tone: 'ok', title: 'The rule is gone', detail: plain }),
              onError: (error) => showToast({ tone: 'bad', title: 'The rule stays', detail: causeOf(error) }),
            })
          }
        >
          <Trash2 aria-hidden />
        </Button>
      ) : null}
    </li>
  );
}

type StandardProps = { kind: Kind; tool: Tool; policy: Policy | null; hasRules: boolean };

/** The default: what counts where no rule holds. */
function Standard({ kind, tool, policy, hasRules }: StandardProps) {
  const set = useSetDefaults(kind);
  const remove = useDeletePolicy(kind);
  const global = useGlobalPolicy();
  const words = useRuleWords();
  const mayChange = useCan('policy', 'update');
  const rule: Rule | null = policy;
  const said =
    rule === null
      ? `Otherwise ${withoutPolicy(kind, global)}: no policy speaks of it.`
      : ruleSentence(kind, rule, words);
  const onError = (error: unknown) => showToast({ tone: 'bad', title: 'Not changed', detail: causeOf(error) });

  function choose(value: string) {
    const action = ACTIONS[kind].find((each) => each === value);
    if (action !== undefined) set.mutate({ toolIds: [tool.id], action }, { onError });
    else if (policy !== null) remove.mutate(policy.id, { onError });
  }

  return (
    <div className="flex flex-wrap items-center gap-x-3 gap-y-1.5">
      <Select
        aria-label={`Default for ${kind === 'call' ? 'calls' : 'results'}`}
        className="w-72"
        value={pendingChoice(set) ?? (remove.isPending ? '' : (policy?.action ?? ''))}
        disabled={!mayChange}
        onChange={(event) => choose(event.target.value)}
      >
        <option value="">No policy</option>
        {ACTIONS[kind].map((action) => (
          <option key={action} value={action}>
            {wordsOf(kind, action).label}
          </option>
        ))}
      </Select>
      <p className="min-w-60 flex-1 text-xs text-text-2">
        {hasRules ? said : asSentence(said.replace(/^Otherwise /, ''))}
      </p>
    </div>
  );
}

function pendingChoice(set: { isPending: boolean; variables: { action: Action } | undefined }): Action | undefined {
  return set.isPending ? set.variables?.action : undefined;
}
