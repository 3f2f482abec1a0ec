import { Link, useNavigate } from '@tanstack/react-router';
import { type FormEvent, useState } from 'react';
import type { IdentityProvider, Preset } from '@/api/identity';
import { Button, buttonClass } from '@/components/ui/button';
import { Card, CardHeader } from '@/components/ui/card';
import { CopyButton } from '@/components/ui/copy-button';
import { Field } from '@/components/ui/field';
import { InlineCode } from '@/components/ui/inline-code';
import { Input } from '@/components/ui/input';
import { Notice } from '@/components/ui/notice';
import { causeOf } from '@/components/ui/states';
import { showToast } from '@/components/ui/toast';
import { Check } from '@/features/identity-providers/check';
import { draftOf, inputOf, type ProviderDraft } from '@/features/identity-providers/draft';
import { OidcFields } from '@/features/identity-providers/oidc-fields';
import { useSaveProvider } from '@/features/identity-providers/queries';
import { RoleMapping } from '@/features/identity-providers/role-mapping';
import { SamlFields } from '@/features/identity-providers/saml-fields';
import { focusFirstFault } from '@/lib/first-fault';

type Props = { provider: IdentityProvider | null; preset: Preset | null; saml: boolean };

export function ProviderForm({ provider, preset, saml }: Props) {
  const navigate = useNavigate();
  const save = useSaveProvider(provider?.id ?? null);
  const [draft, setDraft] = useState(() => draftOf(provider, preset, saml));
  const [submitted, setSubmitted] = useState(false);
  const change = (part: Partial<ProviderDraft>) => setDraft({ ...draft, ...part });
  const unfilled = /\{[^}]*\}/.exec(draft.issuer)?.[0];
  const faults = {
    providerId: /^[A-Za-z0-9._-]{1,64}$/.test(draft.providerId) ? null : '1 to 64 letters, digits, dots, _ and -.',
    issuer:
      draft.issuer.trim() === ''
        ? 'Whose word is believed.'
        : unfilled === undefined
          ? null
          : `Put your own in place of ${unfilled}.`,
    clientId: draft.kind === 'oidc' && draft.oidc.clientId.trim() === '' ? 'The provider gives it to you.' : null,
  };

  function submit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault();
    setSubmitted(true);
    if (Object.values(faults).some((fault) => fault !== null)) return focusFirstFault(event.currentTarget);
    save.mutate(inputOf(draft, provider ?? preset), {
      onSuccess: ({ providerId }) => {
        showToast({ tone: 'ok', title: `${providerId} was saved`, detail: 'Test it before others use it.' });
        void navigate({ to: '/settings/identity-providers' });
      },
    });
  }

  return (
    <form onSubmit={submit} noValidate className="flex flex-col gap-5">
      <title>{`${provider?.providerId ?? 'New identity provider'} · Archestra`}</title>
      <Card>
        <CardHeader
          title={provider?.providerId ?? preset?.name ?? (saml ? 'SAML 2.0' : 'OpenID Connect')}
          description={preset ? <InlineCode text={preset.help} /> : undefined}
        />
        <div className="flex max-w-2xl flex-col gap-4 px-4 pb-4">
          <Field
            label="Name"
            hint={
              provider
                ? 'Part of the address below, so it stays.'
                : 'Stands on the sign-in button, and is part of the address below.'
            }
            error={submitted ? faults.providerId : null}
          >
            {(control) => (
              <Input
                {...control}
                value={draft.providerId}
                disabled={provider !== null}
                spellCheck={false}
                autoComplete="off"
                placeholder="Corp"
                onChange={(event) => change({ providerId: event.target.value })}
              />
            )}
          </Field>
          <Callback provider={provider} preset={preset} draft={draft} />
          <Field
            label={draft.kind === 'oidc' ? 'Issuer' : 'Issuer (entity ID of the provider)'}
            error={submitted ? faults.issuer : null}
          >
            {(control) => (
              <Input
                {...control}
                className="font-mono text-xs"
                value={draft.issuer}
                spellCheck={false}
                autoComplete="off"
                placeholder={draft.kind === 'oidc' ? 'https://login.example.com' : 'https://login.example.com/metadata'}
                onChange={(event) => change(withIssuer(draft, event.target.value))}
              />
            )}
          </Field>
          {draft.kind === 'oidc' ? (
            <OidcFields
              value={draft.oidc}
              clientIdFault={submitted ? faults.clientId : null}
              onChange={(part) => change({ oidc: { ...draft.oidc, ...part } })}
            />
          ) : (
            <SamlFields value={draft.saml} onChange={(part) => change({ saml: { ...draft.saml, ...part } })} />
          )}
          <Field
            label="Email domain"
            optional
            hint="Of the addresses that belong to this provider; several with commas between them."
          >
            {(control) => (
              <Input
                {...control}
                value={draft.domain}
                spellCheck={false}
                autoComplete="off"
                placeholder="example.com"
                onChange={(event) => change({ domain: event.target.value })}
              />
            )}
          </Field>
          <Check
            label="The provider answers for every address of this domain"
            hint="Then an account that exists here already is linked when its owner signs in, also where the provider does not say that the address is verified."
            checked={draft.domainVerified}
            onChange={(domainVerified) => change({ domainVerified })}
          />
        </div>
      </Card>
      <RoleMapping draft={draft} onChange={change} />
      {save.isError ? (
        <Notice tone="error" role="alert">
          {causeOf(save.error)}
        </Notice>
      ) : null}
      <div className="flex gap-2">
        <Button type="submit" variant="primary" pending={save.isPending}>
          {provider === null ? 'Add provider' : 'Save provider'}
        </Button>
        <Link to="/settings/identity-providers" className={buttonClass()}>
          Cancel
        </Link>
      </div>
    </form>
  );
}

/** Where discovery is found follows from the issuer, until somebody writes another address. */
function withIssuer(draft: ProviderDraft, issuer: string): Partial<ProviderDraft> {
  const { discoveryEndpoint } = draft.oidc;
  const followed = discoveryEndpoint === discoveryOf(draft.issuer) || discoveryEndpoint === '';
  if (draft.kind === 'saml' || draft.oidc.skipDiscovery || !followed) return { issuer };
  return { issuer, oidc: { ...draft.oidc, discoveryEndpoint: discoveryOf(issuer) } };
}

function discoveryOf(issuer: string): string {
  return issuer.trim() === '' ? '' : `${issuer.trim().replace(/\/$/, '')}/.well-known/openid-configuration`;
}

function Callback({
  provider,
  preset,
  draft,
}: {
  provider: IdentityProvider | null;
  preset: Preset | null;
  draft: ProviderDraft;
}) {
  const id = draft.providerId.trim();
  const base = `${window.location.origin}/api/auth/sso`;
  const made = preset?.callbackUrl.replace(/[^/]*$/, encodeURIComponent(id));
  const path = draft.kind === 'oidc' ? 'callback' : 'saml2/sp/acs';
  const url = provider?.callbackUrl ?? made ?? `${base}/${path}/${encodeURIComponent(id)}`;
  if (id === '') return null;
  return (
    <div className="rounded-lg border border-line bg-surface-2 px-3 py-2.5 text-sm">
      <p className="text-xs text-text-3">
        {draft.kind === 'oidc' ? 'Redirect address to enter at the provider' : 'ACS address to enter at the provider'}
      </p>
      <p className="flex items-center gap-1">
        <code className="min-w-0 font-mono text-xs break-all">{url}</code>
        <CopyButton text={url} label="Copy the address" />
      </p>
      {provider?.metadataUrl ? (
        <>
          <p className="mt-1.5 text-xs text-text-3">This server’s metadata</p>
          <p className="flex items-center gap-1">
            <code className="min-w-0 font-mono text-xs break-all">{provider.metadataUrl}</code>
            <CopyButton text={provider.metadataUrl} label="Copy the metadata address" />
          </p>
        </>
      ) : null}
    </div>
  );
}
