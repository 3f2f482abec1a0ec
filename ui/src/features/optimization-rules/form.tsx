import { useQuery } from '@tanstack/react-query';
import { type FormEvent, useId, useState } from 'react';
import type { OptimizationRule } from '@/api/policies';
import { Button } from '@/components/ui/button';
import { Dialog, DialogBody, DialogFooter } from '@/components/ui/dialog';
import { Field } from '@/components/ui/field';
import { InlineCode } from '@/components/ui/inline-code';
import { Input, Select } from '@/components/ui/input';
import { Notice } from '@/components/ui/notice';
import { causeOf } from '@/components/ui/states';
import { showToast } from '@/components/ui/toast';
import { type Entity, EntityFields } from '@/features/agents/entity-fields';
import { PROVIDERS, providerName } from '@/features/agents/proxy-urls';
import { useSaveRule } from '@/features/optimization-rules/queries';
import { conditionsOf, type Draft, draftOf, lengthError, ruleSentence } from '@/features/optimization-rules/words';
import { tokenPricesQuery } from '@/features/token-prices/queries';
import { focusFirstFault } from '@/lib/first-fault';

type Props = { rule: OptimizationRule | undefined; organizationId: string; onClose: () => void };

export function RuleDialog({ rule, organizationId, onClose }: Props) {
  const save = useSaveRule(rule?.id);
  const [entity, setEntity] = useState<Entity>({
    entityType: rule?.entityType ?? 'organization',
    entityId: rule?.entityId ?? organizationId,
  });
  const [provider, setProvider] = useState(rule?.provider ?? 'openai');
  const [model, setModel] = useState(rule?.targetModel ?? '');
  const [draft, setDraft] = useState<Draft>(draftOf(rule?.conditions ?? []));
  const [submitted, setSubmitted] = useState(false);
  const noEntity = entity.entityId === '' ? 'Make one first.' : null;
  const noModel = model.trim() === '' ? 'The name as the provider writes it.' : null;
  const length = lengthError(draft.maxLength);

  function submit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault();
    setSubmitted(true);
    if (noEntity !== null || noModel !== null || length !== null) {
      focusFirstFault(event.currentTarget);
      return;
    }
    save.mutate(
      {
        ...entity,
        provider,
        targetModel: model.trim(),
        conditions: conditionsOf(draft),
        ...(rule ? {} : { enabled: true }),
      },
      {
        onSuccess: () => {
          showToast({ tone: 'ok', title: 'The rule counts from the next call on' });
          onClose();
        },
      },
    );
  }

  return (
    <Dialog
      title={rule ? 'Edit the rule' : 'Add a rule'}
      description="Requests that fit go to another model of the same provider."
      onClose={onClose}
    >
      <form onSubmit={submit} className="contents" noValidate>
        <DialogBody>
          {save.isError ? (
            <Notice tone="error" role="alert">
              {causeOf(save.error)}
            </Notice>
          ) : null}
          <EntityFields value={entity} fault={submitted ? noEntity : null} onChange={setEntity} />
          <div className="grid gap-3 sm:grid-cols-[10rem_1fr]">
            <Field label="Provider">
              {(control) => (
                <Select {...control} value={provider} onChange={(event) => setProvider(event.target.value)}>
                  {PROVIDERS.map(({ id, name }) => (
                    <option key={id} value={id}>
                      {name}
                    </option>
                  ))}
                  {PROVIDERS.some(({ id }) => id === provider) ? null : <option>{provider}</option>}
                </Select>
              )}
            </Field>
            <TargetModel provider={provider} model={model} fault={submitted ? noModel : null} onChange={setModel} />
          </div>
          <div className="grid gap-3 sm:grid-cols-2">
            <Field
              label="Up to so many tokens"
              optional
              error={submitted ? length : null}
              hint="Of messages and instructions, estimated."
            >
              {(control) => (
                <Input
                  {...control}
                  inputMode="numeric"
                  autoComplete="off"
                  className="text-right tnum"
                  value={draft.maxLength}
                  onChange={(event) => setDraft({ ...draft, maxLength: event.target.value })}
                />
              )}
            </Field>
            <Field label="Tools">
              {(control) => (
                <Select
                  {...control}
                  value={draft.hasTools}
                  onChange={(event) => setDraft({ ...draft, hasTools: event.target.value as Draft['hasTools'] })}
                >
                  <option value="either">With or without</option>
                  <option value="without">Only without tools</option>
                  <option value="with">Only with tools</option>
                </Select>
              )}
            </Field>
          </div>
          <p
            role="status"
            aria-label="In words"
            className="rounded-md border border-line bg-surface-2 px-3 py-2 text-sm"
          >
            <InlineCode
              text={ruleSentence({
                conditions: length === null ? conditionsOf(draft) : [],
                targetModel: model.trim(),
                providerName: providerName(provider),
              })}
            />
          </p>
        </DialogBody>
        <DialogFooter>
          <Button onClick={onClose}>Cancel</Button>
          <Button type="submit" variant="primary" pending={save.isPending}>
            Save rule
          </Button>
        </DialogFooter>
      </form>
    </Dialog>
  );
}

type TargetProps = { provider: string; model: string; fault: string | null; onChange: (model: string) => void };

/** The cheapest that have a price are offered first. */
function TargetModel({ provider, model, fault, onChange }: TargetProps) {
  const prices = useQuery(tokenPricesQuery);
  const suggestions = useId();
  const offered = (prices.data ?? [])
    .filter((price) => price.provider === provider)
    .sort((a, b) => Number(a.pricePerMillionOutput) - Number(b.pricePerMillionOutput));
  return (
    <Field label="Model that answers" error={fault}>
      {(control) => (
        <>
          <Input
            {...control}
            list={suggestions}
            autoComplete="off"
            spellCheck={false}
            value={model}
            onChange={(event) => onChange(event.target.value)}
          />
          <datalist id={suggestions}>
            {offered.map((price) => (
              <option key={price.id} value={price.model}>
                ${price.pricePerMillionInput} in, ${price.pricePerMillionOutput} out
              </option>
            ))}
          </datalist>
        </>
      )}
    </Field>
  );
}
