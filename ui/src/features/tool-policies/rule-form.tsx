import { Plus, X } from 'lucide-react';
import { type FormEvent, useId, useState } from 'react';
import type { Tool } from '@/api/mcp';
import type { PolicyCondition } from '@/api/policies';
import { Button } from '@/components/ui/button';
import { Field } from '@/components/ui/field';
import { InlineCode } from '@/components/ui/inline-code';
import { Input, Select } from '@/components/ui/input';
import { Notice } from '@/components/ui/notice';
import { causeOf } from '@/components/ui/states';
import { showToast } from '@/components/ui/toast';
import { useRuleWords } from '@/features/tool-policies/policy-section';
import { type Policy, useSavePolicy } from '@/features/tool-policies/queries';
import { type Action, ACTIONS, argumentPaths, type Kind, ruleSentence, wordsOf } from '@/features/tool-policies/words';
import { focusFirstFault } from '@/lib/first-fault';

const EMPTY: PolicyCondition = { key: '', operator: 'equal', value: '' };
const CONTEXT = ['context.externalAgentId', 'context.teamIds'];

type Props = { kind: Kind; tool: Tool; policy: Policy | undefined; onClose: () => void };

/** A rule: conditions, what happens, why; and the sentence that it makes. */
export function RuleForm({ kind, tool, policy, onClose }: Props) {
  const save = useSavePolicy(kind, policy?.id);
  const words = useRuleWords();
  const [conditions, setConditions] = useState<PolicyCondition[]>(policy?.conditions ?? [EMPTY]);
  const [action, setAction] = useState<Action>(policy?.action ?? 'block_always');
  const [note, setNote] = useState(policy?.note ?? '');
  const [submitted, setSubmitted] = useState(false);
  const remark = note.trim() === '' ? null : note.trim();

  function submit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault();
    setSubmitted(true);
    if (conditions.some(({ key }) => key.trim() === '')) {
      focusFirstFault(event.currentTarget);
      return;
    }
    const trimmed = conditions.map((condition) => ({ ...condition, key: condition.key.trim() }));
    save.mutate(
      { toolId: tool.id, conditions: trimmed, action, note: remark },
      {
        onSuccess: () => {
          showToast({ tone: 'ok', title: 'The rule counts from the next call on' });
          onClose();
        },
      },
    );
  }

  const change = (index: number, part: Partial<PolicyCondition>) =>
    setConditions(conditions.map((condition, at) => (at === index ? { ...condition, ...part } : condition)));

  return (
    <form
      onSubmit={submit}
      noValidate
      aria-label={policy ? 'Edit rule' : 'New rule'}
      className="flex flex-col gap-3 rounded-lg border border-accent/50 bg-surface-2/50 p-3"
    >
      {save.isError ? (
        <Notice tone="error" role="alert">
          {causeOf(save.error)}
        </Notice>
      ) : null}
      {conditions.map((condition, index) => (
        <ConditionFields
          key={index}
          kind={kind}
          tool={tool}
          position={index + 1}
          condition={condition}
          hasFault={submitted && condition.key.trim() === ''}
          onChange={(part) => change(index, part)}
          onRemove={conditions.length > 1 ? () => setConditions(conditions.filter((_, at) => at !== index)) : null}
        />
      ))}
      <Button size="sm" variant="ghost" className="self-start" onClick={() => setConditions([...conditions, EMPTY])}>
        <Plus aria-hidden /> And another condition
      </Button>
      <div className="grid gap-3 sm:grid-cols-2">
        <Field label="Then">
          {(control) => (
            <Select
              {...control}
              value={action}
              onChange={(event) => setAction(ACTIONS[kind].find((each) => each === event.target.value) ?? action)}
            >
              {ACTIONS[kind].map((each) => (
                <option key={each} value={each}>
                  {wordsOf(kind, each).label}
                </option>
              ))}
            </Select>
          )}
        </Field>
        <Field
          label={kind === 'call' ? 'Reason' : 'What it is for'}
          optional
          hint={kind === 'call' ? 'Told to whoever is refused, the model included.' : undefined}
        >
          {(control) => (
            <Input {...control} maxLength={500} value={note} onChange={(event) => setNote(event.target.value)} />
          )}
        </Field>
      </div>
      <p role="status" aria-label="In words" className="rounded-md border border-line bg-surface px-3 py-2 text-sm">
        <InlineCode text={ruleSentence(kind, { conditions, action, note: remark }, words)} />
      </p>
      <div className="flex justify-end gap-2">
        <Button size="sm" onClick={onClose}>
          Cancel
        </Button>
        <Button size="sm" type="submit" variant="primary" pending={save.isPending}>
          Save rule
        </Button>
      </div>
    </form>
  );
}

type ConditionProps = {
  kind: Kind;
  tool: Tool;
  position: number;
  condition: PolicyCondition;
  hasFault: boolean;
  onChange: (part: Partial<PolicyCondition>) => void;
  onRemove: (() => void) | null;
};

function ConditionFields({ kind, tool, position, condition, hasFault, onChange, onRemove }: ConditionProps) {
  const { operators, teams } = useRuleWords();
  const suggestions = useId();
  const isTeam = condition.key === 'context.teamIds';
  const offered = isTeam ? operators.filter(({ value }) => /contains/i.test(value)) : operators;
  const known = kind === 'call' ? [...argumentPaths(tool.parameters), ...CONTEXT] : [];

  function rename(key: string) {
    // A list of teams holds one or does not; nothing else makes sense.
    if (key === 'context.teamIds') onChange({ key, operator: 'contains', value: teams[0]?.id ?? '' });
    else onChange(isTeam ? { key, value: '' } : { key });
  }

  return (
    <div className="grid grid-cols-[1fr_auto] items-start gap-2 sm:grid-cols-[minmax(0,1fr)_9rem_minmax(0,1fr)_auto]">
      <Field label={kind === 'call' ? 'Argument' : 'Path in the result'} error={hasFault ? 'Name one.' : null}>
        {(control) => (
          <>
            <Input
              {...control}
              list={suggestions}
              autoComplete="off"
              spellCheck={false}
              className="font-mono text-xs"
              placeholder={kind === 'call' ? 'to' : 'items[*].author'}
              value={condition.key}
              onChange={(event) => rename(event.target.value)}
            />
            <datalist id={suggestions}>
              {known.map((path) => (
                <option key={path} value={path} />
              ))}
            </datalist>
          </>
        )}
      </Field>
      <Field label="Compare" className="max-sm:col-start-1">
        {(control) => (
          <Select
            {...control}
            value={condition.operator}
            onChange={(event) => onChange({ operator: event.target.value })}
          >
            {offered.map(({ value, label }) => (
              <option key={value} value={value}>
                {label}
              </option>
            ))}
          </Select>
        )}
      </Field>
      <Field label="Value" className="max-sm:col-start-1">
        {(control) =>
          isTeam && teams.length > 0 ? (
            <Select {...control} value={condition.value} onChange={(event) => onChange({ value: event.target.value })}>
              {teams.map(({ id, name }) => (
                <option key={id} value={id}>
                  {name}
                </option>
              ))}
            </Select>
          ) : (
            <Input {...control} value={condition.value} onChange={(event) => onChange({ value: event.target.value })} />
          )
        }
      </Field>
      <Button
        variant="ghost"
        size="icon"
        className="mt-6.5 max-sm:col-start-2 max-sm:row-start-1"
        aria-label={`Remove condition ${position}`}
        disabled={onRemove === null}
        onClick={() => onRemove?.()}
      >
        <X aria-hidden />
      </Button>
    </div>
  );
}
