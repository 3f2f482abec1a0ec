/** What policies say, in words. Pure. */
import type { CallAction, PolicyCondition, PolicyOperator, ResultAction } from '@/api/policies';

/** Whether a call is allowed, or how far its result is trusted. */
export type Kind = 'call' | 'result';
export type Action = CallAction | ResultAction;
export type Tone = 'ok' | 'warn' | 'bad' | 'neutral' | 'accent';
export type GlobalPolicy = 'permissive' | 'restrictive';

type Words = {
  /** As a choice. */
  label: string;
  /** As a badge. */
  short: string;
  /** What happens, as the end of a sentence. */
  what: string;
  tone: Tone;
};

const CALLS: Record<CallAction, Words> = {
  allow_when_context_is_untrusted: {
    label: 'Allow',
    short: 'allowed',
    what: 'the call is allowed, also after something untrusted was read',
    tone: 'ok',
  },
  block_when_context_is_untrusted: {
    label: 'Block once something untrusted was read',
    short: 'blocked if untrusted',
    what: 'the call is refused once something untrusted was read',
    tone: 'accent',
  },
  require_approval: {
    label: 'Ask a person first',
    short: 'asks first',
    what: 'a person is asked first; outside the chat, where nobody can be asked, the call is refused',
    tone: 'warn',
  },
  block_always: { label: 'Block always', short: 'blocked', what: 'the call is refused', tone: 'bad' },
};

const RESULTS: Record<ResultAction, Words> = {
  mark_as_trusted: { label: 'Trust it', short: 'trusted', what: 'the result is trusted', tone: 'ok' },
  mark_as_untrusted: {
    label: 'Do not trust it',
    short: 'untrusted',
    what: 'the result is shown, and the conversation counts as untrusted from then on',
    tone: 'accent',
  },
  sanitize_with_dual_llm: {
    label: 'Have a second model summarise it',
    short: 'untrusted for now',
    what: 'the result counts as untrusted: the second model that would summarise it is not built yet',
    tone: 'warn',
  },
  block_always: {
    label: 'Hide it',
    short: 'hidden',
    what: 'nobody sees the result; the model is told that it is withheld',
    tone: 'bad',
  },
};

export const ACTIONS: Record<Kind, readonly Action[]> = {
  call: Object.keys(CALLS) as CallAction[],
  result: Object.keys(RESULTS) as ResultAction[],
};

export function wordsOf(kind: Kind, action: Action): Words {
  const words: Partial<Record<Action, Words>> = kind === 'call' ? CALLS : RESULTS;
  return words[action] ?? { label: action, short: action, what: `the action is ${action}`, tone: 'neutral' };
}

/** What happens where no policy speaks of a tool. */
export function withoutPolicy(kind: Kind, global: GlobalPolicy): string {
  if (kind === 'call')
    return global === 'restrictive' ? 'the call is refused once something untrusted was read' : 'the call is allowed';
  return global === 'restrictive' ? 'the result is not trusted' : 'the result is trusted';
}

export type Rule = { conditions: readonly PolicyCondition[]; action: Action; note: string | null };
type Names = { operators: readonly PolicyOperator[]; teams: readonly { id: string; name: string }[] };

/** A rule as one sentence; names of arguments stand between backticks. */
export function ruleSentence(kind: Kind, rule: Rule, names: Names): string {
  const { what } = wordsOf(kind, rule.action);
  const end = rule.note === null || kind === 'result' ? '.' : `: “${rule.note}”`;
  if (rule.conditions.length === 0) return `Otherwise ${what}${end}`;
  const conditions = rule.conditions.map((condition) => conditionWords(condition, names));
  return `When ${conditions.join(' and ')}, ${what}${end}`;
}

function conditionWords({ key, operator, value }: PolicyCondition, { operators, teams }: Names): string {
  const known = operators.find((each) => each.value === operator)?.label;
  const compares = known === undefined ? operator : known.charAt(0).toLowerCase() + known.slice(1);
  if (key === 'context.teamIds') {
    const team = teams.find(({ id }) => id === value)?.name ?? value;
    return operator === 'notContains' ? `no team of the agent is “${team}”` : `a team of the agent is “${team}”`;
  }
  if (key === 'context.externalAgentId') return `the calling program ${compares} “${value}”`;
  const every = key.includes('[*]') ? 'every ' : '';
  return `${every}\`${key === '' ? '…' : key}\` ${compares} “${value}”`;
}

/** Arguments of a tool that a condition can name, nested ones too. */
export function argumentPaths(schema: unknown, prefix = '', depth = 0): string[] {
  if (!isRecord(schema) || depth > 3) return [];
  const { properties } = schema;
  if (!isRecord(properties)) return [];
  return Object.entries(properties).flatMap(([name, property]) => {
    const path = `${prefix}${name}`;
    const items = isRecord(property) && isRecord(property['items']) ? property['items'] : null;
    const inner = items
      ? argumentPaths(items, `${path}[*].`, depth + 1)
      : argumentPaths(property, `${path}.`, depth + 1);
    return inner.length > 0 ? inner : [items ? `${path}[*]` : path];
  });
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
