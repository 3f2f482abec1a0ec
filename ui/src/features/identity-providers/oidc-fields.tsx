import { Field } from '@/components/ui/field';
import { Input } from '@/components/ui/input';
import { Check } from '@/features/identity-providers/check';
import { KEPT_SECRET, type ProviderDraft } from '@/features/identity-providers/draft';

type Oidc = ProviderDraft['oidc'];
type Props = { value: Oidc; clientIdFault: string | null; onChange: (part: Partial<Oidc>) => void };

export function OidcFields({ value, clientIdFault, onChange }: Props) {
  const kept = value.clientSecret === KEPT_SECRET;
  return (
    <>
      <div className="grid gap-4 sm:grid-cols-2">
        <Field label="Client ID" error={clientIdFault}>
          {(control) => (
            <Input
              {...control}
              value={value.clientId}
              spellCheck={false}
              autoComplete="off"
              onChange={(event) => onChange({ clientId: event.target.value })}
            />
          )}
        </Field>
        <Field label="Client secret" hint={kept ? 'Stored. Leave it as it is, or write a new one.' : undefined}>
          {(control) => (
            <Input
              {...control}
              type="password"
              autoComplete="off"
              value={value.clientSecret}
              onFocus={(event) => (kept ? event.target.select() : undefined)}
              onChange={(event) => onChange({ clientSecret: event.target.value })}
            />
          )}
        </Field>
      </div>
      {value.skipDiscovery ? null : (
        <Address
          label="Discovery address"
          value={value.discoveryEndpoint}
          onChange={(discoveryEndpoint) => onChange({ discoveryEndpoint })}
        />
      )}
      <Field label="Scopes" hint="With spaces between them. Groups often need one of their own.">
        {(control) => (
          <Input
            {...control}
            className="font-mono text-xs"
            spellCheck={false}
            value={value.scopes}
            onChange={(event) => onChange({ scopes: event.target.value })}
          />
        )}
      </Field>
      <details className="group rounded-lg border border-line">
        <summary className="cursor-pointer rounded-lg px-3 py-2 text-sm font-medium hover:bg-surface-2">
          More settings
        </summary>
        <div className="flex flex-col gap-4 border-t border-line p-3">
          <Check
            label="Proof key for the code (PKCE)"
            hint="Leave it on unless the provider refuses it."
            checked={value.pkce}
            onChange={(pkce) => onChange({ pkce })}
          />
          <Check
            label="Sign out there too"
            hint="Signing out here leads through the provider’s own sign-out."
            checked={value.enableRpInitiatedLogout}
            onChange={(enableRpInitiatedLogout) => onChange({ enableRpInitiatedLogout })}
          />
          <Field label="Hosted domain (hd)" optional hint="Google only: nobody of another domain gets in.">
            {(control) => (
              <Input
                {...control}
                value={value.hd}
                spellCheck={false}
                placeholder="example.com"
                onChange={(event) => onChange({ hd: event.target.value })}
              />
            )}
          </Field>
          <Check
            label="The provider has no discovery"
            hint="Then its addresses are written here."
            checked={value.skipDiscovery}
            onChange={(skipDiscovery) => onChange({ skipDiscovery })}
          />
          {value.skipDiscovery ? (
            <>
              <Address
                label="Authorization address"
                value={value.authorizationEndpoint}
                onChange={(authorizationEndpoint) => onChange({ authorizationEndpoint })}
              />
              <Address
                label="Token address"
                value={value.tokenEndpoint}
                onChange={(tokenEndpoint) => onChange({ tokenEndpoint })}
              />
              <Address
                label="Address of the keys (JWKS)"
                value={value.jwksEndpoint}
                onChange={(jwksEndpoint) => onChange({ jwksEndpoint })}
              />
              <Address
                label="Userinfo address"
                value={value.userInfoEndpoint}
                onChange={(userInfoEndpoint) => onChange({ userInfoEndpoint })}
              />
            </>
          ) : null}
        </div>
      </details>
    </>
  );
}

type AddressProps = { label: string; value: string; onChange: (value: string) => void };

function Address({ label, value, onChange }: AddressProps) {
  return (
    <Field label={label}>
      {(control) => (
        <Input
          {...control}
          className="font-mono text-xs"
          spellCheck={false}
          autoComplete="off"
          value={value}
          onChange={(event) => onChange(event.target.value)}
        />
      )}
    </Field>
  );
}
