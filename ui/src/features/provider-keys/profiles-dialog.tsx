import { useQuery } from '@tanstack/react-query';
import { type FormEvent, useState } from 'react';
import type { ProviderKey } from '@/api/settings';
import { Button } from '@/components/ui/button';
import { Dialog, DialogBody, DialogFooter } from '@/components/ui/dialog';
import { SearchInput } from '@/components/ui/input';
import { Notice } from '@/components/ui/notice';
import { SkeletonRows } from '@/components/ui/skeleton';
import { causeOf, ErrorState } from '@/components/ui/states';
import { showToast } from '@/components/ui/toast';
import { allAgentsQuery } from '@/features/agents/queries';
import { useAssignProfiles } from '@/features/provider-keys/queries';
import { pluralize } from '@/lib/format';

type Props = { apiKey: ProviderKey; providerName: string; all: ProviderKey[]; onClose: () => void };

/** More than this is easier to search than to read. */
const SEARCH_FROM = 8;

export function ProfilesDialog({ apiKey, providerName, all, onClose }: Props) {
  const agents = useQuery(allAgentsQuery);
  const assign = useAssignProfiles(apiKey.id);
  const [chosen, setChosen] = useState(() => new Set(apiKey.profiles.map((profile) => profile.id)));
  const [search, setSearch] = useState('');
  const shown = (agents.data ?? []).filter((agent) => agent.name.toLowerCase().includes(search.toLowerCase()));
  const others = otherKeys(apiKey, all);

  function toggle(id: string, on: boolean) {
    const next = new Set(chosen);
    if (on) next.add(id);
    else next.delete(id);
    setChosen(next);
  }

  function submit(event: FormEvent) {
    event.preventDefault();
    assign.mutate([...chosen], {
      onSuccess: ({ profiles }) => {
        showToast({ tone: 'ok', title: `${apiKey.name} is used by ${pluralize(profiles.length, 'profile')}` });
        onClose();
      },
    });
  }

  return (
    <Dialog
      title={`Profiles of ${apiKey.name}`}
      description={`The profiles you check use this key for ${providerName}, whatever the default is.`}
      onClose={onClose}
    >
      <form onSubmit={submit} className="contents">
        <DialogBody>
          {assign.isError ? (
            <Notice tone="error" role="alert">
              {causeOf(assign.error)}
            </Notice>
          ) : null}
          {agents.isLoadingError ? (
            <ErrorState
              title="The profiles could not be read"
              error={agents.error}
              onRetry={() => void agents.refetch()}
            />
          ) : agents.isPending ? (
            <SkeletonRows rows={4} />
          ) : (
            <>
              {agents.data.length > SEARCH_FROM ? (
                <SearchInput label="Search profiles" className="w-full" value={search} onValueChange={setSearch} />
              ) : null}
              <fieldset>
                <legend className="sr-only">Profiles</legend>
                <ul className="divide-y divide-line rounded-lg border border-line">
                  {shown.map((agent) => (
                    <ProfileRow
                      key={agent.id}
                      name={agent.name}
                      other={others.get(agent.id)}
                      checked={chosen.has(agent.id)}
                      onChange={(on) => toggle(agent.id, on)}
                    />
                  ))}
                  {shown.length === 0 ? <li className="px-3 py-2.5 text-sm text-text-3">No profile matches.</li> : null}
                </ul>
              </fieldset>
            </>
          )}
        </DialogBody>
        <DialogFooter>
          <span className="mr-auto text-xs text-text-3">{pluralize(chosen.size, 'profile')} checked</span>
          <Button onClick={onClose}>Cancel</Button>
          <Button type="submit" variant="primary" pending={assign.isPending} disabled={agents.data === undefined}>
            Save
          </Button>
        </DialogFooter>
      </form>
    </Dialog>
  );
}

type RowProps = { name: string; other: string | undefined; checked: boolean; onChange: (on: boolean) => void };

function ProfileRow({ name, other, checked, onChange }: RowProps) {
  return (
    <li>
      <label className="flex cursor-pointer items-center gap-3 px-3 py-2 text-sm hover:bg-surface-2">
        <input
          type="checkbox"
          className="accent-accent"
          checked={checked}
          onChange={(event) => onChange(event.target.checked)}
        />
        <span className="min-w-0 flex-1 truncate">{name}</span>
        {other === undefined ? null : (
          <span className="text-xs text-text-3">{checked ? `replaces ${other}` : `uses ${other}`}</span>
        )}
      </label>
    </li>
  );
}

/** A profile has one key for each provider, so checking it here takes it from another key. */
function otherKeys(key: ProviderKey, all: readonly ProviderKey[]): Map<string, string> {
  return new Map(
    all
      .filter((other) => other.id !== key.id && other.provider === key.provider)
      .flatMap((other) => other.profiles.map((profile): [string, string] => [profile.id, other.name])),
  );
}
