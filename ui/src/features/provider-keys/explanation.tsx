import { useQuery } from '@tanstack/react-query';
import { CircleCheck, CircleDashed, CircleX } from 'lucide-react';
import { useState } from 'react';
import type { LlmProvider, Resolution, ResolutionSource } from '@/api/settings';
import { Card, CardHeader } from '@/components/ui/card';
import { Field } from '@/components/ui/field';
import { Input, Select } from '@/components/ui/input';
import { Notice } from '@/components/ui/notice';
import { Skeleton } from '@/components/ui/skeleton';
import { causeOf } from '@/components/ui/states';
import { allAgentsQuery } from '@/features/agents/queries';
import { resolutionQuery } from '@/features/provider-keys/queries';
import type { ProviderKeysSearch } from '@/features/provider-keys/search';
import { cn } from '@/lib/class-names';

const STEPS: Record<ResolutionSource, string> = {
  profile: 'Profile-specific key',
  organization: 'Organization default',
  environment: 'Environment variable',
  none: 'No key',
};

type Props = {
  providers: LlmProvider[];
  search: ProviderKeysSearch;
  onSearchChange: (change: ProviderKeysSearch) => void;
};

/** Asks the server itself, so what stands here is what a call would do. */
export function Explanation({ providers, search, onSearchChange }: Props) {
  const agents = useQuery(allAgentsQuery).data ?? [];
  const byModel = search.model !== undefined;
  const agentId = search.agent ?? agents.find((agent) => agent.isDefault)?.id;
  const provider = byModel ? undefined : (search.provider ?? providers[0]?.id);
  const resolution = useQuery(resolutionQuery({ agentId, provider, model: search.model }));
  return (
    <Card aria-label="Which key would be used?" className="@container">
      <CardHeader
        title="Which key would be used?"
        description="The key of the profile, else the organization’s default, else the environment of the server."
      />
      <div className="grid gap-x-6 gap-y-4 border-t border-line p-4 @2xl:grid-cols-[15rem_minmax(0,1fr)]">
        <div className="flex flex-col gap-3">
          <Field label="Profile">
            {(control) => (
              <Select
                {...control}
                value={agentId ?? ''}
                onChange={(event) => onSearchChange({ agent: event.target.value })}
              >
                {agents.map((agent) => (
                  <option key={agent.id} value={agent.id}>
                    {agent.name}
                  </option>
                ))}
              </Select>
            )}
          </Field>
          <Field label="Provider">
            {(control) => (
              <Select
                {...control}
                value={byModel ? '' : (provider ?? '')}
                onChange={(event) => onSearchChange({ provider: event.target.value, model: undefined })}
              >
                {byModel ? <option value="">By the model’s name</option> : null}
                {providers.map((each) => (
                  <option key={each.id} value={each.id}>
                    {each.name}
                  </option>
                ))}
              </Select>
            )}
          </Field>
          <ModelField
            key={search.model ?? ''}
            model={search.model ?? ''}
            onChange={(model) => onSearchChange({ model: model === '' ? undefined : model })}
          />
        </div>
        {resolution.isError ? (
          <Notice tone="error" role="alert" className="self-start">
            {causeOf(resolution.error)}
          </Notice>
        ) : resolution.isPending ? (
          <div role="status" aria-label="Loading" className="flex flex-col gap-3">
            <Skeleton className="w-2/3" />
            <Skeleton className="h-24 w-full" />
          </div>
        ) : (
          <Answer resolution={resolution.data} stale={resolution.isPlaceholderData} />
        )}
      </div>
    </Card>
  );
}

/** Asked for when it is complete, not at every letter. */
function ModelField({ model, onChange }: { model: string; onChange: (model: string) => void }) {
  const [typed, setTyped] = useState(model);
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        onChange(typed.trim());
      }}
    >
      <Field label="Or a model" hint="Its name says the provider.">
        {(control) => (
          <Input
            {...control}
            value={typed}
            spellCheck={false}
            autoComplete="off"
            placeholder="claude-sonnet-5"
            onChange={(event) => setTyped(event.target.value)}
            onBlur={() => {
              if (typed.trim() !== model) onChange(typed.trim());
            }}
          />
        )}
      </Field>
    </form>
  );
}

function Answer({ resolution, stale }: { resolution: Resolution; stale: boolean }) {
  const none = resolution.source === 'none';
  return (
    <div aria-live="polite" className={cn('flex min-w-0 flex-col gap-3', stale && 'opacity-60')}>
      <div>
        <p className={cn('font-medium', none && 'text-bad-text')}>{resolution.explanation}</p>
        {resolution.providerReason ? <p className="text-sm text-text-2">{resolution.providerReason}</p> : null}
        {none ? null : (
          <p className="mt-1 flex gap-2 text-sm text-text-3">
            Sent to <code className="min-w-0 font-mono text-xs leading-5 break-all">{resolution.baseUrl}</code>
          </p>
        )}
      </div>
      <ol className="divide-y divide-line rounded-lg border border-line text-sm">
        {resolution.steps.map((step) => (
          <li key={step.source} className={cn('flex items-start gap-2.5 px-3 py-2', step.used && 'bg-accent-soft/60')}>
            <StepMark used={step.used} none={none} />
            <div>
              <span className="font-medium">{STEPS[step.source]}</span>
              <span className="sr-only">{step.used ? ' (used)' : ' (not used)'}</span>
              <p className="text-text-2">{step.explanation}</p>
            </div>
          </li>
        ))}
      </ol>
    </div>
  );
}

function StepMark({ used, none }: { used: boolean; none: boolean }) {
  if (used) return <CircleCheck className="mt-0.5 size-4 shrink-0 text-ok-text" aria-hidden />;
  if (none) return <CircleX className="mt-0.5 size-4 shrink-0 text-bad-text" aria-hidden />;
  return <CircleDashed className="mt-0.5 size-4 shrink-0 text-text-3" aria-hidden />;
}
