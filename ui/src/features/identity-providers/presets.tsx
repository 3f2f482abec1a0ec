import { useQuery } from '@tanstack/react-query';
import { Link, useParams, useSearch } from '@tanstack/react-router';
import { ArrowLeft, Fingerprint } from 'lucide-react';
import type { ReactNode } from 'react';
import { Card, CardHeader } from '@/components/ui/card';
import { SkeletonRows } from '@/components/ui/skeleton';
import { EmptyState, ErrorState } from '@/components/ui/states';
import { ProviderForm } from '@/features/identity-providers/form';
import { identityProvidersQuery, presetsQuery } from '@/features/identity-providers/queries';

const OWN = [
  { id: 'oidc', name: 'OpenID Connect', about: 'Keycloak, Auth0, Authentik, Zitadel, Ping…' },
  { id: 'saml', name: 'SAML 2.0', about: 'ADFS, Shibboleth, and what speaks nothing newer' },
];

export function NewIdentityProviderPage() {
  const { preset } = useSearch({ from: '/_app/settings/identity-providers/new' });
  const presets = useQuery(presetsQuery);
  const chosen = presets.data?.find(({ id }) => id === preset) ?? null;
  const own = OWN.some(({ id }) => id === preset);
  return (
    <>
      <Back toPresets={chosen !== null || own} />
      {presets.isLoadingError || presets.isPending ? (
        <Card>
          {presets.isPending ? (
            <SkeletonRows />
          ) : (
            <ErrorState
              title="The presets could not be read"
              error={presets.error}
              onRetry={() => void presets.refetch()}
            />
          )}
        </Card>
      ) : chosen !== null || own ? (
        <ProviderForm key={preset} provider={null} preset={chosen} saml={preset === 'saml'} />
      ) : (
        <Card>
          <title>New identity provider · Archestra</title>
          <CardHeader
            title="Which provider?"
            description="The form is filled in with what is the same for everybody."
          />
          <ul className="grid gap-3 px-4 pb-4 sm:grid-cols-2 xl:grid-cols-3">
            {presets.data.map(({ id, name, issuer }) => (
              <Choice key={id} preset={id} name={name}>
                {issuer.replace('https://', '')}
              </Choice>
            ))}
            {OWN.map(({ id, name, about }) => (
              <Choice key={id} preset={id} name={name}>
                {about}
              </Choice>
            ))}
          </ul>
        </Card>
      )}
    </>
  );
}

export function EditIdentityProviderPage() {
  const { providerId } = useParams({ from: '/_app/settings/identity-providers/$providerId' });
  const providers = useQuery(identityProvidersQuery);
  const provider = providers.data?.find(({ id }) => id === providerId);
  return (
    <>
      <Back />
      {provider ? (
        <ProviderForm key={provider.id} provider={provider} preset={null} saml={false} />
      ) : (
        <Card>
          {providers.isLoadingError ? (
            <ErrorState
              title="The identity provider could not be read"
              error={providers.error}
              onRetry={() => void providers.refetch()}
            />
          ) : providers.isPending ? (
            <SkeletonRows />
          ) : (
            <EmptyState icon={Fingerprint} title="There is no such identity provider any more">
              Somebody may have deleted it.
            </EmptyState>
          )}
        </Card>
      )}
    </>
  );
}

function Back({ toPresets = false }: { toPresets?: boolean }) {
  return (
    <Link
      to={toPresets ? '/settings/identity-providers/new' : '/settings/identity-providers'}
      search={{}}
      className="flex w-fit items-center gap-1.5 text-sm text-text-2 hover:text-text"
    >
      <ArrowLeft className="size-4" aria-hidden /> {toPresets ? 'Another provider' : 'Identity providers'}
    </Link>
  );
}

function Choice({ preset, name, children }: { preset: string; name: string; children: ReactNode }) {
  return (
    <li>
      <Link
        to="/settings/identity-providers/new"
        search={{ preset }}
        className="flex h-full items-center gap-3 rounded-lg border border-line px-3 py-3 hover:border-line-strong hover:bg-surface-2"
      >
        <ProviderMark name={name} />
        <span className="min-w-0">
          <span className="block text-sm font-medium">{name}</span>
          <span className="block text-xs break-words text-text-3">{children}</span>
        </span>
      </Link>
    </li>
  );
}

/** A letter instead of somebody's trademark. */
export function ProviderMark({ name }: { name: string }) {
  return (
    <span
      aria-hidden
      className="grid size-8 shrink-0 place-items-center rounded-md bg-surface-3 text-sm font-semibold text-text-2"
    >
      {name.charAt(0).toUpperCase()}
    </span>
  );
}
