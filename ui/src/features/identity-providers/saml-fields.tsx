import { Field } from '@/components/ui/field';
import { Input, Textarea } from '@/components/ui/input';
import type { ProviderDraft } from '@/features/identity-providers/draft';

type Saml = ProviderDraft['saml'];
type Props = { value: Saml; onChange: (part: Partial<Saml>) => void };

export function SamlFields({ value, onChange }: Props) {
  return (
    <>
      <Field
        label="Metadata of the provider"
        optional
        hint="Its XML document. With it the sign-in address and the certificate need not be written."
      >
        {(control) => (
          <Textarea
            {...control}
            rows={4}
            className="font-mono text-xs"
            spellCheck={false}
            placeholder="<EntityDescriptor …"
            value={value.metadata}
            onChange={(event) => onChange({ metadata: event.target.value })}
          />
        )}
      </Field>
      <Field label="Sign-in address" optional={value.metadata !== ''}>
        {(control) => (
          <Input
            {...control}
            className="font-mono text-xs"
            spellCheck={false}
            placeholder="https://login.example.com/sso"
            value={value.entryPoint}
            onChange={(event) => onChange({ entryPoint: event.target.value })}
          />
        )}
      </Field>
      <Field
        label="Signing certificate"
        optional={value.metadata !== ''}
        hint="PEM. Only assertions that it signed are believed; while it is being replaced, both may stand here."
      >
        {(control) => (
          <Textarea
            {...control}
            rows={4}
            className="font-mono text-xs"
            spellCheck={false}
            placeholder="-----BEGIN CERTIFICATE-----"
            value={value.cert}
            onChange={(event) => onChange({ cert: event.target.value })}
          />
        )}
      </Field>
      <Field label="Audience" optional hint="What the provider calls this server; without it, its own entity ID.">
        {(control) => (
          <Input
            {...control}
            className="font-mono text-xs"
            spellCheck={false}
            value={value.audience}
            onChange={(event) => onChange({ audience: event.target.value })}
          />
        )}
      </Field>
    </>
  );
}
