import { useQuery } from '@tanstack/react-query';
import { type FormEvent, useState } from 'react';
import type { LlmProvider, ProviderKey } from '@/api/settings';
import { Button } from '@/components/ui/button';
import { Dialog, DialogBody, DialogFooter } from '@/components/ui/dialog';
import { Field } from '@/components/ui/field';
import { Input, Select } from '@/components/ui/input';
import { showToast } from '@/components/ui/toast';
import { BaseUrlField } from '@/features/provider-keys/base-url-field';
import {
  change,
  creation,
  type Draft,
  draftOf,
  emptyDraft,
  missing,
  needsValue,
  tested,
} from '@/features/provider-keys/draft';
import { type Preset, presetOf, providerFor } from '@/features/provider-keys/presets';
import { useSaveKey, useTestKey } from '@/features/provider-keys/queries';
import { ScopeField } from '@/features/provider-keys/scope-field';
import { TestResult } from '@/features/provider-keys/test-result';
import { featuresQuery } from '@/features/secrets/queries';
import { VaultReferenceFields } from '@/features/secrets/vault-reference-fields';
import { pluralize } from '@/lib/format';

type Props = {
  /** Absent: a new one. */
  apiKey?: ProviderKey;
  /** Only the value is replaced. */
  rotating?: boolean;
  preset?: string;
  providers: LlmProvider[];
  onClose: () => void;
};

export function KeyDialog({ apiKey, rotating = false, preset, providers, onClose }: Props) {
  const save = useSaveKey(apiKey?.id);
  const test = useTestKey();
  const byReference = useQuery(featuresQuery).data?.byosEnabled ?? false;
  const [draft, setDraft] = useState<Draft>(() => (apiKey ? draftOf(apiKey) : emptyDraft(presetOf(preset), providers)));
  const [testedBody, setTestedBody] = useState('');
  const provider = providers.find((each) => each.id === draft.provider);
  const body = tested(apiKey, draft);
  const lacks = missing(apiKey, draft, provider, byReference);
  const unchanged = apiKey !== undefined && Object.keys(change(apiKey, draft)).length === 0;
  const set = (part: Partial<Draft>) => {
    setDraft({ ...draft, ...part });
    save.reset();
  };

  function runTest() {
    save.reset();
    setTestedBody(JSON.stringify(body));
    test.mutate(body);
  }

  function submit(event: FormEvent) {
    event.preventDefault();
    if (lacks !== null || unchanged) return;
    test.reset();
    save.mutate(apiKey ? change(apiKey, draft) : creation(draft), {
      onSuccess: (saved) => {
        showToast({
          tone: 'ok',
          title: rotating ? `${saved.name} has a new value` : `${saved.name} was saved`,
          detail: `${provider?.name ?? saved.provider} answered with ${pluralize(saved.modelCount, 'model')}.`,
        });
        onClose();
      },
    });
  }

  return (
    <Dialog title={titleOf(apiKey, rotating)} description={descriptionOf(apiKey, rotating)} onClose={onClose}>
      <form onSubmit={submit} className="contents">
        <DialogBody>
          {rotating ? null : (
            <NameFields draft={draft} fixed={apiKey !== undefined} providers={providers} onChange={set} />
          )}
          {byReference ? (
            <VaultReferenceFields
              label="API key in Vault"
              value={{ path: draft.vaultPath, key: draft.vaultKey }}
              onChange={({ path, key }) => set({ vaultPath: path, vaultKey: key })}
            />
          ) : (
            <ApiKeyField
              draft={draft}
              provider={provider}
              stored={apiKey !== undefined && apiKey.secretStorageType !== 'none' && !rotating}
              onChange={(value) => set({ apiKey: value })}
            />
          )}
          {rotating ? null : (
            <>
              <BaseUrlField
                value={draft.baseUrl}
                provider={provider}
                presets={apiKey === undefined}
                onChange={(baseUrl) => set({ baseUrl })}
                onPreset={(chosen) => set(fromPreset(chosen, draft, providers))}
              />
              <ScopeField draft={draft} onChange={set} />
              <DefaultChoice draft={draft} providerName={provider?.name ?? draft.provider} onChange={set} />
            </>
          )}
        </DialogBody>
        <div className="max-h-40 shrink-0 overflow-y-auto px-5 pb-3 empty:hidden">
          <TestResult
            provider={provider?.name ?? draft.provider}
            tested={test.data && testedBody === JSON.stringify(body) ? test.data : null}
            error={save.error ?? (testedBody === JSON.stringify(body) ? test.error : null)}
          />
        </div>
        <DialogFooter>
          <Button
            className="mr-auto"
            pending={test.isPending}
            disabled={lacks === 'credential' || save.isPending}
            onClick={runTest}
          >
            Test
          </Button>
          <Button onClick={onClose}>Cancel</Button>
          <Button
            type="submit"
            variant="primary"
            pending={save.isPending}
            disabled={lacks !== null || unchanged || test.isPending}
          >
            {save.isPending ? 'Testing…' : 'Save'}
          </Button>
        </DialogFooter>
      </form>
    </Dialog>
  );
}

type FieldsProps = { draft: Draft; onChange: (part: Partial<Draft>) => void };

function NameFields({ draft, fixed, providers, onChange }: FieldsProps & { fixed: boolean; providers: LlmProvider[] }) {
  return (
    <div className="grid grid-cols-[1fr_11rem] gap-3 max-sm:grid-cols-1">
      <Field label="Name">
        {(control) => (
          <Input
            {...control}
            value={draft.name}
            required
            maxLength={100}
            autoComplete="off"
            placeholder="Support team"
            onChange={(event) => onChange({ name: event.target.value })}
          />
        )}
      </Field>
      <Field label="Provider">
        {(control) => (
          <Select
            {...control}
            value={draft.provider}
            disabled={fixed}
            onChange={(event) => onChange({ provider: event.target.value })}
          >
            {providers.map((provider) => (
              <option key={provider.id} value={provider.id}>
                {provider.name}
              </option>
            ))}
          </Select>
        )}
      </Field>
    </div>
  );
}

type KeyFieldProps = {
  draft: Draft;
  provider: LlmProvider | undefined;
  stored: boolean;
  onChange: (value: string) => void;
};

function ApiKeyField({ draft, provider, stored, onChange }: KeyFieldProps) {
  const optional = !needsValue(draft, provider);
  return (
    <Field
      label="API Key"
      optional={optional || stored}
      hint={
        stored
          ? 'Leave it empty to keep the one that is stored.'
          : optional
            ? 'Leave it empty if this server wants none. Kept encrypted; nobody sees it again.'
            : 'Kept encrypted; nobody sees it again.'
      }
    >
      {(control) => (
        <Input
          {...control}
          type="password"
          autoComplete="new-password"
          spellCheck={false}
          placeholder={stored ? '••••••••' : provider?.keyExample}
          value={draft.apiKey}
          onChange={(event) => onChange(event.target.value)}
        />
      )}
    </Field>
  );
}

function DefaultChoice({ draft, providerName, onChange }: FieldsProps & { providerName: string }) {
  const org = draft.scope === 'org';
  return (
    <div className="text-sm">
      <label className="flex items-center gap-2.5 font-medium">
        <input
          type="checkbox"
          className="accent-accent"
          checked={draft.isDefault && org}
          disabled={!org}
          onChange={(event) => onChange({ isDefault: event.target.checked })}
        />
        Set as organization default
      </label>
      <p className="mt-0.5 pl-6 text-xs text-text-3">
        {org
          ? `Every profile without a key of its own uses it for ${providerName}.`
          : 'Only a key that everyone may see can be the default.'}
      </p>
    </div>
  );
}

function fromPreset(preset: Preset, draft: Draft, providers: LlmProvider[]): Partial<Draft> {
  return {
    baseUrl: preset.baseUrl,
    provider: providerFor(preset, providers),
    name: draft.name.trim() === '' ? preset.name : draft.name,
  };
}

function titleOf(apiKey: ProviderKey | undefined, rotating: boolean): string {
  if (apiKey === undefined) return 'Add API Key';
  return rotating ? `Rotate ${apiKey.name}` : `Edit ${apiKey.name}`;
}

function descriptionOf(apiKey: ProviderKey | undefined, rotating: boolean): string {
  if (rotating) return 'The new value is tested, then replaces the old one. Calls under way finish with the old one.';
  return apiKey === undefined
    ? 'It is tested with the provider before it is saved.'
    : 'A new value or address is tested with the provider before it is saved.';
}
