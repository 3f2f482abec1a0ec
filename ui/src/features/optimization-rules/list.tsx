import { ArrowDownToLine, Ellipsis, Pencil, Trash2 } from 'lucide-react';
import type { EntityType, OptimizationRule } from '@/api/policies';
import { Button } from '@/components/ui/button';
import { InlineCode } from '@/components/ui/inline-code';
import { Menu, MenuItem, MenuSeparator } from '@/components/ui/menu';
import { causeOf } from '@/components/ui/states';
import { Switch } from '@/components/ui/switch';
import { showToast } from '@/components/ui/toast';
import { useEntityNames } from '@/features/agents/entity-fields';
import { providerName } from '@/features/agents/proxy-urls';
import { useMoveBehind, useSaveRule } from '@/features/optimization-rules/queries';
import { inOrder, ruleSentence } from '@/features/optimization-rules/words';
import { cn } from '@/lib/class-names';
import { useCan } from '@/shell/permissions';

const TITLES: Record<EntityType, string> = {
  agent: 'First: of the agent',
  team: 'Then: of its teams',
  organization: 'At last: for everybody',
};

type Deeds = { onEdit: (rule: OptimizationRule) => void; onDelete: (rule: OptimizationRule) => void };

/** As they are looked at, from the first to the last. */
export function RuleList({ rules, ...deeds }: { rules: readonly OptimizationRule[] } & Deeds) {
  return inOrder(rules).map((group) => (
    <section
      key={group.entityType}
      aria-label={TITLES[group.entityType]}
      className="border-t border-line first:border-t-0"
    >
      <h2 className="bg-surface-2/60 px-4 py-1.5 text-xs font-medium text-text-3">{TITLES[group.entityType]}</h2>
      <ol className="divide-y divide-line">
        {group.rules.map((rule, index) => (
          <RuleRow
            key={rule.id}
            rule={rule}
            position={index + 1}
            isLast={index + 1 === group.rules.length}
            {...deeds}
          />
        ))}
      </ol>
    </section>
  ));
}

type RowProps = { rule: OptimizationRule; position: number; isLast: boolean } & Deeds;

function RuleRow({ rule, position, isLast, onEdit, onDelete }: RowProps) {
  const save = useSaveRule(rule.id);
  const behind = useMoveBehind();
  const nameOf = useEntityNames();
  const mayUpdate = useCan('profile', 'update');
  const mayDelete = useCan('profile', 'delete');
  const sentence = ruleSentence({ ...rule, providerName: providerName(rule.provider) });
  const plain = sentence.replaceAll('`', '');
  const onError = (error: unknown) => showToast({ tone: 'bad', title: 'Not changed', detail: causeOf(error) });
  return (
    <li className="flex items-center gap-3 px-4 py-2.5">
      <span className="w-5 shrink-0 text-right text-xs text-text-3 tnum">{position}</span>
      <span className={cn('min-w-0 flex-1 text-sm', !rule.enabled && 'text-text-3')}>
        <InlineCode text={sentence} />
        <span className="block text-xs text-text-3">
          {nameOf(rule)}
          {rule.enabled ? '' : ', switched off'}
        </span>
      </span>
      <Switch
        aria-label={`In force: ${plain}`}
        checked={save.isPending ? (save.variables.enabled ?? rule.enabled) : rule.enabled}
        disabled={!mayUpdate || save.isPending}
        onCheckedChange={(enabled) => save.mutate({ enabled }, { onError })}
      />
      {mayUpdate || mayDelete ? (
        <Menu
          trigger={
            <Button variant="ghost" size="iconSm" aria-label={`Actions for: ${plain}`} pending={behind.isPending}>
              <Ellipsis aria-hidden />
            </Button>
          }
        >
          {mayUpdate ? (
            <>
              <MenuItem onSelect={() => onEdit(rule)}>
                <Pencil aria-hidden /> Edit
              </MenuItem>
              {isLast || !mayDelete ? null : (
                <MenuItem onSelect={() => behind.mutate(rule, { onError })}>
                  <ArrowDownToLine aria-hidden /> Move behind the others
                </MenuItem>
              )}
            </>
          ) : null}
          {mayDelete ? (
            <>
              <MenuSeparator />
              <MenuItem danger onSelect={() => onDelete(rule)}>
                <Trash2 aria-hidden /> Delete
              </MenuItem>
            </>
          ) : null}
        </Menu>
      ) : null}
    </li>
  );
}
