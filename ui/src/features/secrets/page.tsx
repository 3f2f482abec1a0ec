import { useQuery } from '@tanstack/react-query';
import { useNavigate, useSearch } from '@tanstack/react-router';
import { Lock, SearchX } from 'lucide-react';
import { useCallback, useState } from 'react';
import type { Secret } from '@/api/settings';
import { Button } from '@/components/ui/button';
import { Card, CardHeader } from '@/components/ui/card';
import { SearchInput, Select } from '@/components/ui/input';
import { Pager } from '@/components/ui/pager';
import { SkeletonRows } from '@/components/ui/skeleton';
import { EmptyState, ErrorState } from '@/components/ui/states';
import { DeleteSecretDialog } from '@/features/secrets/delete-dialog';
import { PAGE_SIZE, secretsQuery, secretsStatusQuery } from '@/features/secrets/queries';
import { RotateDialog } from '@/features/secrets/rotate-dialog';
import type { SecretsSearch } from '@/features/secrets/search';
import { StatusCard } from '@/features/secrets/status-card';
import { SecretsTable } from '@/features/secrets/table';
import { VaultFolders } from '@/features/secrets/vault-folders';
import { KINDS, STORES } from '@/features/secrets/words';
import { pluralize } from '@/lib/format';
import { useCan } from '@/shell/permissions';

export function SecretsPage() {
  const search = useSearch({ from: '/_app/settings/secrets' });
  const navigate = useNavigate({ from: '/settings/secrets' });
  const secrets = useQuery(secretsQuery(search));
  const status = useQuery(secretsStatusQuery);
  const mayChange = useCan('organization', 'update');
  const [doomed, setDoomed] = useState<Secret | null>(null);
  const patch = (change: SecretsSearch) => void navigate({ search: (old) => ({ ...old, ...change }), replace: true });
  const rotate = useCallback(
    (secret: Secret) => void navigate({ search: (old) => ({ ...old, rotate: secret.id }), replace: true }),
    [navigate],
  );
  const filtered = search.search !== undefined || search.kind !== undefined || search.store !== undefined;

  return (
    <>
      <title>Secrets · Archestra</title>
      <StatusCard />
      {status.data?.type === 'BYOS_VAULT' ? (
        <VaultFolders folder={search.folder} onFolder={(folder) => patch({ folder })} />
      ) : null}
      <Card aria-label="Secrets">
        <CardHeader title="Secrets" description="What is kept and what uses it. Values are never shown again." />
        {secrets.data?.data.length === 0 && !filtered ? null : (
          <Filters search={search} total={secrets.data?.pagination.total} onChange={patch} />
        )}
        {secrets.isLoadingError ? (
          <ErrorState
            title="The secrets could not be read"
            error={secrets.error}
            onRetry={() => void secrets.refetch()}
          />
        ) : secrets.isPending ? (
          <SkeletonRows />
        ) : secrets.data.data.length > 0 ? (
          <div className="border-t border-line">
            <SecretsTable
              rows={secrets.data.data}
              search={search}
              onSearchChange={patch}
              mayChange={mayChange}
              onRotate={rotate}
              onDelete={setDoomed}
            />
          </div>
        ) : filtered ? (
          <EmptyState
            icon={SearchX}
            title="No secret matches"
            actions={
              <Button onClick={() => patch({ search: undefined, kind: undefined, store: undefined, page: undefined })}>
                Clear the filters
              </Button>
            }
          />
        ) : (
          <EmptyState icon={Lock} title="No secrets yet">
            Keys of providers, credentials of MCP servers and kubeconfigs stand here when there are some.
          </EmptyState>
        )}
      </Card>
      <Pager
        label="Pages of secrets"
        page={search.page ?? 1}
        totalPages={secrets.data?.pagination.totalPages ?? 1}
        pageSize={PAGE_SIZE}
        onPage={(page) => patch({ page: page > 1 ? page : undefined })}
      />
      {search.rotate ? <RotateDialog id={search.rotate} onClose={() => patch({ rotate: undefined })} /> : null}
      {doomed ? <DeleteSecretDialog secret={doomed} onClose={() => setDoomed(null)} /> : null}
    </>
  );
}

type FiltersProps = {
  search: SecretsSearch;
  total: number | undefined;
  onChange: (change: SecretsSearch) => void;
};

function Filters({ search, total, onChange }: FiltersProps) {
  return (
    <div className="flex flex-wrap items-center gap-2 border-t border-line px-4 py-3">
      <SearchInput
        label="Search by name"
        value={search.search ?? ''}
        onValueChange={(value) => onChange({ search: value === '' ? undefined : value, page: undefined })}
      />
      <Choice
        label="Kind"
        all="All kinds"
        names={KINDS}
        value={search.kind}
        onChange={(kind) => onChange({ kind, page: undefined })}
      />
      <Choice
        label="Where"
        all="Everywhere"
        names={STORES}
        value={search.store}
        onChange={(store) => onChange({ store, page: undefined })}
      />
      <span className="ml-auto text-xs text-text-3 tnum">{total === undefined ? '' : pluralize(total, 'secret')}</span>
    </div>
  );
}

type ChoiceProps = {
  label: string;
  all: string;
  names: Record<string, string>;
  value: string | undefined;
  onChange: (value: string | undefined) => void;
};

function Choice({ label, all, names, value, onChange }: ChoiceProps) {
  return (
    <Select
      aria-label={label}
      className="w-36"
      value={value ?? ''}
      onChange={(event) => onChange(event.target.value || undefined)}
    >
      <option value="">{all}</option>
      {Object.entries(names).map(([id, name]) => (
        <option key={id} value={id}>
          {name}
        </option>
      ))}
    </Select>
  );
}
