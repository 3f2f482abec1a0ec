import { useQuery } from '@tanstack/react-query';
import { Check, CircleDashed, Database, KeyRound, type LucideIcon, Vault, X } from 'lucide-react';
import type { SecretsStatus, SecretStore } from '@/api/settings';
import { Badge } from '@/components/ui/badge';
import { Button } from '@/components/ui/button';
import { Card, CardHeader } from '@/components/ui/card';
import { InlineCode } from '@/components/ui/inline-code';
import { Notice } from '@/components/ui/notice';
import { SkeletonRows } from '@/components/ui/skeleton';
import { causeOf, ErrorState } from '@/components/ui/states';
import { secretsStatusQuery, useCheckStore } from '@/features/secrets/queries';
import { asStatement, NOT_ASKED } from '@/features/secrets/words';
import { formatDuration, pluralize } from '@/lib/format';
import { useCan } from '@/shell/permissions';

const MODES: Record<SecretsStatus['type'], string> = {
  DB: 'New secrets are encrypted in the database.',
  Keyring: 'New secrets go to the keyring of this operating system.',
  Vault: 'New secrets go to Vault; the database keeps only where they lie.',
  BYOS_VAULT: 'Secrets are read from your Vault and never written there.',
};

const AUTH_SECRET: Record<string, string> = {
  environment: 'The key that encrypts comes from the environment.',
  keyring: 'The key that encrypts lies in the keyring of this operating system.',
  file: 'The key that encrypts lies in a file that only this server’s account can read.',
};

export function StatusCard() {
  const status = useQuery(secretsStatusQuery);
  if (status.isLoadingError) {
    return (
      <Card aria-label="Where secrets are kept">
        <ErrorState
          title="Where secrets are kept could not be found out"
          error={status.error}
          onRetry={() => void status.refetch()}
        />
      </Card>
    );
  }
  const meta = status.data?.meta;
  return (
    <Card aria-label="Where secrets are kept">
      <CardHeader
        title="Where secrets are kept"
        description={
          status.data ? `${MODES[status.data.type]} ${AUTH_SECRET[status.data.meta.authSecret.where] ?? ''}` : ' '
        }
      />
      {meta === undefined ? (
        <SkeletonRows rows={2} />
      ) : (
        <>
          <Problems meta={meta} />
          <ul className="divide-y divide-line border-t border-line">
            {meta.stores.map((store) => (
              <StoreRow key={store.id} store={store} vault={store.id === 'vault' ? meta.vault : null} />
            ))}
          </ul>
        </>
      )}
    </Card>
  );
}

function Problems({ meta }: { meta: SecretsStatus['meta'] }) {
  const { authSecret } = meta;
  return (
    <div className="flex flex-col gap-2 px-4 pb-3 empty:hidden">
      {meta.degraded ? (
        <Notice tone="error">
          <ReasonAndFix reason={meta.reason ?? 'Secrets are not kept where they should be.'} fix={meta.fix} />
        </Notice>
      ) : null}
      {authSecret.degraded ? (
        <Notice tone="warning">
          <ReasonAndFix
            reason={authSecret.reason ?? 'The operating system’s keyring is not used.'}
            fix={authSecret.fix}
          />
        </Notice>
      ) : null}
      {meta.keptInDatabase ? <Notice tone="info">{meta.keptInDatabase}</Notice> : null}
    </div>
  );
}

function ReasonAndFix({ reason, fix }: { reason: string; fix: string | null }) {
  return (
    <>
      <p className="font-medium">
        <InlineCode text={asStatement(reason)} />
      </p>
      {fix ? (
        <p>
          <InlineCode text={asStatement(fix)} />
        </p>
      ) : null}
    </>
  );
}

const ICONS: Record<string, LucideIcon> = { database: Database, keyring: KeyRound, vault: Vault };

type RowProps = { store: SecretStore; vault: SecretsStatus['meta']['vault'] };

function StoreRow({ store, vault }: RowProps) {
  const check = useCheckStore();
  const mayCheck = useCan('organization', 'update');
  const Icon = ICONS[store.id] ?? Database;
  return (
    <li aria-label={store.title} className="flex flex-wrap items-start gap-x-4 gap-y-2 px-4 py-3 text-sm">
      <span className="grid size-8 shrink-0 place-items-center rounded-lg border border-line bg-surface-2 text-text-2">
        <Icon className="size-4" aria-hidden />
      </span>
      <div className="min-w-0 flex-1 basis-64">
        <p className="flex flex-wrap items-center gap-2">
          <span className="font-medium">{store.title}</span>
          {store.current ? <Badge tone="accent">New secrets go here</Badge> : null}
          {store.writable ? null : <Badge>Read only</Badge>}
          <span className="text-text-3">{pluralize(store.secrets, 'secret')}</span>
        </p>
        {vault ? <VaultFacts vault={vault} /> : null}
        <div role="status" className="text-xs">
          <StoreHealth store={store} />
          {check.data ? (
            <p className="text-ok-text">
              It answered in {formatDuration(check.data.latencyMs)}. {asStatement(check.data.detail)}
            </p>
          ) : null}
          {check.isError && store.health.status === 'ok' ? (
            <p className="text-bad-text">
              <InlineCode text={causeOf(check.error)} />
            </p>
          ) : null}
        </div>
      </div>
      {mayCheck ? (
        <Button
          size="sm"
          pending={check.isPending}
          aria-label={`Test the connection: ${store.title}`}
          onClick={() => check.mutate(store.id)}
        >
          Test connection
        </Button>
      ) : null}
    </li>
  );
}

function StoreHealth({ store: { health } }: { store: SecretStore }) {
  if (health.status === 'ok') {
    return (
      <p className="flex items-center gap-1.5 text-xs text-text-3">
        {health.detail === NOT_ASKED ? (
          <CircleDashed className="size-3.5 shrink-0" aria-hidden />
        ) : (
          <Check className="size-3.5 shrink-0 text-ok-text" aria-hidden />
        )}
        {asStatement(health.detail)}
      </p>
    );
  }
  return (
    <div className="mt-1 flex items-start gap-1.5 text-xs">
      <X className="mt-0.5 size-3.5 shrink-0 text-bad-text" aria-hidden />
      <div>
        <p className="text-bad-text">
          <InlineCode text={asStatement(health.cause)} />
        </p>
        <p className="text-text-2">
          <InlineCode text={asStatement(health.fix)} />
        </p>
      </div>
    </div>
  );
}

function VaultFacts({ vault }: { vault: NonNullable<RowProps['vault']> }) {
  return (
    <dl className="my-1 flex flex-wrap gap-x-4 gap-y-0.5 text-xs">
      <Fact name="Address" value={vault.address} />
      <Fact name="Sign-in" value={vault.authMethod} />
      <Fact name="KV" value={`v${vault.kvVersion}`} />
      <Fact name="Path" value={vault.secretPath} />
      {vault.namespace ? <Fact name="Namespace" value={vault.namespace} /> : null}
    </dl>
  );
}

function Fact({ name, value }: { name: string; value: string }) {
  return (
    <div className="flex gap-1.5">
      <dt className="text-text-3">{name}</dt>
      <dd className="font-mono break-all">{value}</dd>
    </div>
  );
}
