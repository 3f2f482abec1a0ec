import { useQuery } from '@tanstack/react-query';
import { Link, useNavigate, useSearch } from '@tanstack/react-router';
import { Ellipsis, Fingerprint, Pencil, Plus, Trash2 } from 'lucide-react';
import { useCallback, useMemo, useState } from 'react';
import type { IdentityProvider } from '@/api/identity';
import { Badge } from '@/components/ui/badge';
import { Button, buttonClass } from '@/components/ui/button';
import { Card, CardHeader } from '@/components/ui/card';
import { ConfirmDialog } from '@/components/ui/confirm-dialog';
import { type DataColumn, DataTable } from '@/components/ui/data-table';
import { Menu, MenuItem, MenuSeparator } from '@/components/ui/menu';
import { Notice } from '@/components/ui/notice';
import { SkeletonRows } from '@/components/ui/skeleton';
import { causeOf, EmptyState, ErrorState } from '@/components/ui/states';
import { showToast } from '@/components/ui/toast';
import { identityProvidersQuery, useDeleteProvider, useTestProvider } from '@/features/identity-providers/queries';
import { TestSheet } from '@/features/identity-providers/test-sheet';
import { useCan } from '@/shell/permissions';
import { publicConfigQuery } from '@/shell/queries';

export function IdentityProvidersPage() {
  const search = useSearch({ from: '/_app/settings/identity-providers/' });
  const navigate = useNavigate({ from: '/settings/identity-providers/' });
  const providers = useQuery(identityProvidersQuery);
  const config = useQuery(publicConfigQuery);
  const test = useTestProvider();
  const mayCreate = useCan('ssoProvider', 'create');
  const mayUpdate = useCan('ssoProvider', 'update');
  const mayDelete = useCan('ssoProvider', 'delete');
  const [doomed, setDoomed] = useState<IdentityProvider | null>(null);
  const tested = providers.data?.find(({ id }) => id === search.provider);

  const begin = test.mutate;
  const testing = test.isPending ? test.variables : undefined;
  const onTest = useCallback(
    (provider: IdentityProvider) =>
      begin(provider.id, {
        onSuccess: ({ id }) => void navigate({ search: { provider: provider.id, test: id } }),
        onError: (error) => showToast({ tone: 'bad', title: 'The test did not begin', detail: causeOf(error) }),
      }),
    [begin, navigate],
  );
  // The same columns for as long as they can be: new ones would close an open menu.
  const shown = useMemo(
    () => columns({ mayUpdate, mayDelete, testing, onTest, onDelete: setDoomed }),
    [mayUpdate, mayDelete, testing, onTest],
  );

  return (
    <>
      <title>Identity providers · Archestra</title>
      {config.data?.basicAuthFallback ? (
        <Notice tone="warning">
          Passwords are to be switched off (<code className="font-mono text-xs">ARCHESTRA_AUTH_DISABLE_BASIC_AUTH</code>
          ), but no identity provider works yet, so they stay. Test a provider to the end, and they go.
        </Notice>
      ) : null}
      <Card>
        <CardHeader
          title="Identity providers"
          description="Where people sign in instead of with a password here: OpenID Connect or SAML 2.0."
          actions={
            mayCreate ? (
              <Link to="/settings/identity-providers/new" className={buttonClass({ variant: 'primary', size: 'sm' })}>
                <Plus aria-hidden /> Add provider
              </Link>
            ) : null
          }
        />
        {providers.isLoadingError ? (
          <ErrorState
            title="The identity providers could not be read"
            error={providers.error}
            onRetry={() => void providers.refetch()}
          />
        ) : providers.isPending ? (
          <SkeletonRows rows={2} />
        ) : providers.data.length === 0 ? (
          <EmptyState
            icon={Fingerprint}
            title="Everybody signs in with a password"
            className="border-t border-line"
            actions={
              mayCreate ? (
                <Link to="/settings/identity-providers/new" className={buttonClass()}>
                  Add the first provider
                </Link>
              ) : null
            }
          >
            With a provider people use the account they have at work; their groups there can decide their role and teams
            here.
          </EmptyState>
        ) : (
          <div className="border-t border-line">
            <DataTable caption="Identity providers" columns={shown} rows={providers.data} rowId={({ id }) => id} />
          </div>
        )}
      </Card>
      {tested && search.test !== undefined ? (
        <TestSheet
          provider={tested}
          testId={search.test}
          onAgain={() => onTest(tested)}
          pending={test.isPending}
          onClose={() => void navigate({ search: {} })}
        />
      ) : null}
      {doomed ? <DeleteProvider provider={doomed} onClose={() => setDoomed(null)} /> : null}
    </>
  );
}

type Rights = {
  mayUpdate: boolean;
  mayDelete: boolean;
  testing: string | undefined;
  onTest: (provider: IdentityProvider) => void;
  onDelete: (provider: IdentityProvider) => void;
};

function columns({ mayUpdate, mayDelete, testing, onTest, onDelete }: Rights): DataColumn<IdentityProvider>[] {
  return [
    {
      id: 'name',
      header: 'Provider',
      cell: ({ row: { original: provider } }) => (
        <span className="block max-w-80 min-w-0">
          <span className="flex items-center gap-2 font-medium">
            {provider.providerId}
            <Badge tone="outline">{provider.oidcConfig ? 'OIDC' : 'SAML'}</Badge>
          </span>
          <span className="block truncate text-xs text-text-3" title={provider.issuer}>
            {provider.issuer}
          </span>
        </span>
      ),
    },
    {
      id: 'domain',
      header: 'Domain',
      cell: ({ row: { original: provider } }) => (
        <span className="text-text-2">{provider.domain === '' ? '–' : provider.domain}</span>
      ),
    },
    {
      id: 'works',
      header: 'State',
      cell: ({ row }) =>
        row.original.works ? (
          <Badge tone="ok">works</Badge>
        ) : (
          <Badge tone="warn" title="Nobody has signed in with these settings, and no test of them passed.">
            not tried
          </Badge>
        ),
    },
    {
      id: 'actions',
      header: () => <span className="sr-only">Actions</span>,
      meta: { align: 'right' },
      cell: ({ row: { original: provider } }) => (
        <span className="inline-flex items-center gap-1">
          {mayUpdate ? (
            <Button size="sm" pending={testing === provider.id} onClick={() => onTest(provider)}>
              Test<span className="sr-only"> {provider.providerId}</span>
            </Button>
          ) : null}
          {mayUpdate || mayDelete ? (
            <Menu
              trigger={
                <Button variant="ghost" size="iconSm" aria-label={`Actions for ${provider.providerId}`}>
                  <Ellipsis aria-hidden />
                </Button>
              }
            >
              {mayUpdate ? (
                <MenuItem asChild>
                  <Link to="/settings/identity-providers/$providerId" params={{ providerId: provider.id }}>
                    <Pencil aria-hidden /> Edit
                  </Link>
                </MenuItem>
              ) : null}
              {mayDelete ? (
                <>
                  <MenuSeparator />
                  <MenuItem danger onSelect={() => onDelete(provider)}>
                    <Trash2 aria-hidden /> Delete
                  </MenuItem>
                </>
              ) : null}
            </Menu>
          ) : null}
        </span>
      ),
    },
  ];
}

function DeleteProvider({ provider, onClose }: { provider: IdentityProvider; onClose: () => void }) {
  const remove = useDeleteProvider();
  return (
    <ConfirmDialog
      title={`Delete ${provider.providerId}?`}
      confirmLabel="Delete provider"
      typeToConfirm={provider.providerId}
      pending={remove.isPending}
      error={remove.isError ? causeOf(remove.error) : null}
      onClose={onClose}
      onConfirm={() =>
        remove.mutate(provider.id, {
          onSuccess: () => {
            showToast({ tone: 'ok', title: `${provider.providerId} was deleted` });
            onClose();
          },
        })
      }
    >
      Whoever signed in with it keeps their account and stays signed in, but needs another way in from then on.
    </ConfirmDialog>
  );
}
