/** Optimization rules in words and in the order in which they are looked at. Pure. */
import type { EntityType, OptimizationRule, RuleCondition } from '@/api/policies';
import { formatInteger } from '@/lib/format';

const FIRST: EntityType[] = ['agent', 'team', 'organization'];

/** The agent's rules, its teams', the organization's; the oldest first. The first that fits is taken. */
export function inOrder(rules: readonly OptimizationRule[]): { entityType: EntityType; rules: OptimizationRule[] }[] {
  return FIRST.map((entityType) => ({
    entityType,
    rules: rules
      .filter((rule) => rule.entityType === entityType)
      .toSorted((a, b) => a.createdAt.localeCompare(b.createdAt) || a.id.localeCompare(b.id)),
  })).filter((group) => group.rules.length > 0);
}

export function conditionWords(condition: RuleCondition): string {
  if ('maxLength' in condition) return `the request has at most ${formatInteger(condition.maxLength)} tokens`;
  return condition.hasTools ? 'it brings tools' : 'it brings no tools';
}

type Said = Pick<OptimizationRule, 'conditions' | 'targetModel'> & { providerName: string };

export function ruleSentence({ conditions, targetModel, providerName }: Said): string {
  const model = targetModel === '' ? '…' : targetModel;
  const when = conditions.length === 0 ? 'Always' : `When ${conditions.map(conditionWords).join(' and ')}`;
  return `${when}, \`${model}\` answers instead of another model of ${providerName}.`;
}

export type Draft = { maxLength: string; hasTools: 'either' | 'with' | 'without' };

export function draftOf(conditions: readonly RuleCondition[]): Draft {
  const draft: Draft = { maxLength: '', hasTools: 'either' };
  for (const condition of conditions) {
    if ('maxLength' in condition) draft.maxLength = String(condition.maxLength);
    else draft.hasTools = condition.hasTools ? 'with' : 'without';
  }
  return draft;
}

export function conditionsOf({ maxLength, hasTools }: Draft): RuleCondition[] {
  return [
    ...(maxLength.trim() === '' ? [] : [{ maxLength: Number(maxLength.trim()) }]),
    ...(hasTools === 'either' ? [] : [{ hasTools: hasTools === 'with' }]),
  ];
}

export function lengthError(text: string): string | null {
  return /^\d{0,9}$/.test(text.trim()) ? null : 'A whole number of tokens, or nothing.';
}
