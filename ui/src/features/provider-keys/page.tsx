import { useQuery } from '@tanstack/react-query';
import { useNavigate, useSearch } from '@tanstack/react-router';
import { KeyRound, Plus } from 'lucide-react';
import { useCallback, useState } from 'react';
import type { LlmProvider, ProviderKey } from '@/api/settings';
import { Button } from '@/components/ui/button';
import { Card, CardHeader } from '@/components/ui/card';
import { SkeletonRows } from '@/components/ui/skeleton';
import { EmptyState, ErrorState } from '@/components/ui/states';
import { providerName } from '@/features/agents/proxy-urls';
import { DeleteKeyDialog } from '@/features/provider-keys/delete-dialog';
import { Explanation } from '@/features/provider-keys/explanation';
import { KeyDialog } from '@/features/provider-keys/form';
import { LocalServers } from '@/features/provider-keys/local-servers';
import { ModelsSheet } from '@/features/provider-keys/models-sheet';
import { ProfilesDialog } from '@/features/provider-keys/profiles-dialog';
import { llmProvidersQuery, localServersQuery, providerKeysQuery } from '@/features/provider-keys/queries';
import type { ProviderKeysSearch } from '@/features/provider-keys/search';
import { ProviderKeysTable } from '@/features/provider-keys/table';
import { useCan } from '@/shell/permissions';

const NO_PROVIDERS: LlmProvider[] = [];

export function ProviderKeysPage() {
  const search = useSearch({ from: '/_app/settings/chat' });
  const navigate = useNavigate({ from: '/settings/chat' });
  const keys = useQuery(providerKeysQuery);
  const providers = useQuery(llmProvidersQuery).data ?? NO_PROVIDERS;
  const local = useQuery(localServersQuery).data ?? [];
  const mayAdd = useCan('chatSettings', 'create');
  const [doomed, setDoomed] = useState<ProviderKey | null>(null);
  const patch = (change: ProviderKeysSearch) =>
    void navigate({ search: (old) => ({ ...old, ...change }), replace: true });
  const nameOf = useCallback(
    (id: string) => providers.find((provider) => provider.id === id)?.name ?? providerName(id),
    [providers],
  );
  const show = useCallback(
    (key: ProviderKey, what: ProviderKeysSearch['show']) =>
      void navigate({ search: (old) => ({ ...old, key: key.id, show: what }), replace: true }),
    [navigate],
  );
  const fallbacks = providers.filter((provider) => provider.environmentKeySet);

  return (
    <>
      <title>Chat settings · Archestra</title>
      <Card aria-label="LLM provider keys">
        <CardHeader
          title="LLM provider keys"
          description="What chat and clients with a token of this server use to reach a provider. A value is never shown again."
          actions={
            mayAdd ? (
              <Button variant="primary" size="sm" onClick={() => patch({ add: 'new' })}>
                <Plus aria-hidden /> Add API Key
              </Button>
            ) : null
          }
        />
        {keys.isLoadingError ? (
          <ErrorState title="The keys could not be read" error={keys.error} onRetry={() => void keys.refetch()} />
        ) : keys.isPending ? (
          <SkeletonRows rows={3} />
        ) : keys.data.length === 0 ? (
          <EmptyState
            icon={KeyRound}
            title="No keys yet"
            actions={mayAdd ? <Button onClick={() => patch({ add: 'new' })}>Add the first key</Button> : null}
          >
            {fallbacks.length === 0
              ? 'Without one, chat can only use the demo model. A server of your own, such as Ollama, needs an address and no key.'
              : 'Chat uses what the environment of this server has; see below. A key added here comes first.'}
          </EmptyState>
        ) : (
          <div className="border-t border-line">
            <ProviderKeysTable rows={keys.data} nameOf={nameOf} onShow={show} onDelete={setDoomed} />
          </div>
        )}
        {fallbacks.length > 0 ? <Fallbacks providers={fallbacks} /> : null}
      </Card>
      {mayAdd ? <LocalServers servers={local} onAdd={(server) => patch({ add: server.id })} /> : null}
      <Explanation providers={providers} search={search} onSearchChange={patch} />
      <Dialogs
        search={search}
        keys={keys.data ?? []}
        providers={providers}
        nameOf={nameOf}
        onClose={() => patch({ add: undefined, key: undefined, show: undefined })}
      />
      {doomed ? (
        <DeleteKeyDialog apiKey={doomed} providerName={nameOf(doomed.provider)} onClose={() => setDoomed(null)} />
      ) : null}
    </>
  );
}

function Fallbacks({ providers }: { providers: LlmProvider[] }) {
  return (
    <p className="border-t border-line px-4 py-2.5 text-xs text-text-3">
      Set in the environment of this server, for when no key here fits:{' '}
      {providers.map((provider, index) => (
        <span key={provider.id}>
          {index > 0 ? ', ' : ''}
          <code className="font-mono">{provider.environmentVariable}</code>
        </span>
      ))}
      .
    </p>
  );
}

type DialogsProps = {
  search: ProviderKeysSearch;
  keys: ProviderKey[];
  providers: LlmProvider[];
  nameOf: (provider: string) => string;
  onClose: () => void;
};

function Dialogs({ search, keys, providers, nameOf, onClose }: DialogsProps) {
  if (search.add !== undefined) {
    return providers.length === 0 ? null : <KeyDialog preset={search.add} providers={providers} onClose={onClose} />;
  }
  const key = keys.find((each) => each.id === search.key);
  if (key === undefined) return null;
  switch (search.show) {
    case 'edit':
    case 'rotate':
      return <KeyDialog apiKey={key} rotating={search.show === 'rotate'} providers={providers} onClose={onClose} />;
    case 'profiles':
      return <ProfilesDialog apiKey={key} all={keys} providerName={nameOf(key.provider)} onClose={onClose} />;
    case 'models':
      return <ModelsSheet apiKey={key} providerName={nameOf(key.provider)} onClose={onClose} />;
    case undefined:
      return null;
  }
}
