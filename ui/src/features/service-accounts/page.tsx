import { useQuery } from '@tanstack/react-query';
import { BotMessageSquare, KeyRound, Pencil, Plus, Trash2 } from 'lucide-react';
import { useState } from 'react';
import type { ApiKey, ServiceAccount } from '@/api/access';
import { Button } from '@/components/ui/button';
import { Card, CardHeader } from '@/components/ui/card';
import { ConfirmDialog } from '@/components/ui/confirm-dialog';
import { SkeletonRows } from '@/components/ui/skeleton';
import { causeOf, EmptyState, ErrorState } from '@/components/ui/states';
import { showToast } from '@/components/ui/toast';
import { CreateApiKeyDialog } from '@/features/api-keys/form';
import { KeyExpiry, KeyScope } from '@/features/api-keys/facts';
import { RoleBadge } from '@/features/people/table';
import { ServiceAccountDialog } from '@/features/service-accounts/form';
import {
  serviceAccountsQuery,
  useCreateAccountKey,
  useDeleteAccountKey,
  useDeleteServiceAccount,
} from '@/features/service-accounts/queries';
import { useCan } from '@/shell/permissions';

type Deed = { kind: 'edit' | 'delete' | 'key'; account: ServiceAccount };

export function ServiceAccountsPage() {
  const accounts = useQuery(serviceAccountsQuery);
  const mayCreate = useCan('member', 'create');
  const [creating, setCreating] = useState(false);
  const [deed, setDeed] = useState<Deed | null>(null);
  const close = () => setDeed(null);
  return (
    <Card>
      <title>Service accounts · Archestra</title>
      <CardHeader
        title="Service accounts"
        description="For programs: a role, teams and keys of their own. They never sign in, and stay when people leave."
        actions={
          mayCreate ? (
            <Button variant="primary" size="sm" onClick={() => setCreating(true)}>
              <Plus aria-hidden /> Create account
            </Button>
          ) : null
        }
      />
      {accounts.isLoadingError ? (
        <ErrorState
          title="The service accounts could not be read"
          error={accounts.error}
          onRetry={() => void accounts.refetch()}
        />
      ) : accounts.isPending ? (
        <SkeletonRows rows={2} />
      ) : accounts.data.length === 0 ? (
        <EmptyState
          icon={BotMessageSquare}
          title="No service accounts yet"
          className="border-t border-line"
          actions={mayCreate ? <Button onClick={() => setCreating(true)}>Create the first account</Button> : null}
        >
          Terraform, a build or a backup should not run with somebody’s own key.
        </EmptyState>
      ) : (
        <ul className="divide-y divide-line border-t border-line">
          {accounts.data.map((account) => (
            <Account key={account.id} account={account} onDeed={(kind) => setDeed({ kind, account })} />
          ))}
        </ul>
      )}
      {creating ? <ServiceAccountDialog account={null} onClose={() => setCreating(false)} /> : null}
      {deed?.kind === 'edit' ? <ServiceAccountDialog account={deed.account} onClose={close} /> : null}
      {deed?.kind === 'delete' ? <DeleteAccount account={deed.account} onClose={close} /> : null}
      {deed?.kind === 'key' ? <NewKey account={deed.account} onClose={close} /> : null}
    </Card>
  );
}

function Account({ account, onDeed }: { account: ServiceAccount; onDeed: (kind: Deed['kind']) => void }) {
  const mayUpdate = useCan('member', 'update');
  const mayDelete = useCan('member', 'delete');
  return (
    <li className="flex flex-col gap-2 px-4 py-3">
      <div className="flex items-center gap-2">
        <span className="min-w-0 truncate text-sm font-medium">{account.name}</span>
        <RoleBadge role={account.role} />
        <span className="ml-auto flex gap-1">
          {mayUpdate ? (
            <>
              <Button size="sm" onClick={() => onDeed('key')}>
                <KeyRound aria-hidden /> Create key<span className="sr-only"> for {account.name}</span>
              </Button>
              <Button variant="ghost" size="iconSm" aria-label={`Edit ${account.name}`} onClick={() => onDeed('edit')}>
                <Pencil aria-hidden />
              </Button>
            </>
          ) : null}
          {mayDelete ? (
            <Button
              variant="ghost"
              size="iconSm"
              aria-label={`Delete ${account.name}`}
              onClick={() => onDeed('delete')}
            >
              <Trash2 aria-hidden />
            </Button>
          ) : null}
        </span>
      </div>
      {account.keys.length === 0 ? (
        <p className="text-xs text-text-3">No key yet, so it can do nothing.</p>
      ) : (
        <ul aria-label={`Keys of ${account.name}`} className="flex flex-col gap-1">
          {account.keys.map((key) => (
            <AccountKey key={key.id} account={account} apiKey={key} mayDelete={mayUpdate} />
          ))}
        </ul>
      )}
    </li>
  );
}

type KeyProps = { account: ServiceAccount; apiKey: ApiKey; mayDelete: boolean };

function AccountKey({ account, apiKey, mayDelete }: KeyProps) {
  const remove = useDeleteAccountKey(account.id);
  return (
    <li className="flex items-center gap-3 rounded-md bg-surface-2 px-2.5 py-1 text-xs">
      <span className="w-28 truncate font-medium">{apiKey.name}</span>
      <code className="font-mono text-text-2">{apiKey.start}…</code>
      <KeyScope permission={apiKey.permission} />
      <span className="ml-auto text-text-2">
        {apiKey.expiresAt ? <KeyExpiry at={apiKey.expiresAt} /> : 'does not expire'}
      </span>
      {mayDelete ? (
        <Button
          variant="ghost"
          size="iconSm"
          aria-label={`Delete the key ${apiKey.name} of ${account.name}`}
          pending={remove.isPending}
          onClick={() =>
            remove.mutate(apiKey.id, {
              onError: (error) => showToast({ tone: 'bad', title: 'The key stays', detail: causeOf(error) }),
            })
          }
        >
          <Trash2 aria-hidden />
        </Button>
      ) : null}
    </li>
  );
}

function NewKey({ account, onClose }: { account: ServiceAccount; onClose: () => void }) {
  const create = useCreateAccountKey(account.id);
  return <CreateApiKeyDialog create={create} whose={account.name} onClose={onClose} />;
}

function DeleteAccount({ account, onClose }: { account: ServiceAccount; onClose: () => void }) {
  const remove = useDeleteServiceAccount();
  return (
    <ConfirmDialog
      title={`Delete ${account.name}?`}
      confirmLabel="Delete account"
      pending={remove.isPending}
      error={remove.isError ? causeOf(remove.error) : null}
      onClose={onClose}
      onConfirm={() => remove.mutate(account.id, { onSuccess: onClose })}
    >
      Its keys stop working at once. This cannot be undone.
    </ConfirmDialog>
  );
}
