import { useId } from 'react';
import { Field } from '@/components/ui/field';
import { Input } from '@/components/ui/input';
import { Segmented } from '@/components/ui/segmented';
import { Switch } from '@/components/ui/switch';
import type { Draft } from '@/features/mcp-catalog/draft';

type Props = {
  draft: Draft;
  errors: Partial<Record<keyof Draft, string>>;
  onChange: (change: Partial<Draft>) => void;
};

export function RemoteFields({ draft, errors, onChange }: Props) {
  const authId = useId();
  return (
    <>
      <Field label="Address" hint="Its streamable HTTP address, often ending in /mcp." error={errors.serverUrl}>
        {(control) => (
          <Input
            {...control}
            type="url"
            className="font-mono text-xs"
            placeholder="https://mcp.example.com/mcp"
            spellCheck={false}
            value={draft.serverUrl}
            onChange={(event) => onChange({ serverUrl: event.target.value })}
          />
        )}
      </Field>
      <div className="flex flex-col gap-3 rounded-lg border border-line p-3">
        <div className="flex items-start gap-3">
          <Switch
            id={authId}
            checked={draft.requiresAuth}
            onCheckedChange={(requiresAuth) => onChange({ requiresAuth })}
          />
          <div className="-mt-0.5">
            <label htmlFor={authId} className="text-sm font-medium">
              Wants to know who calls
            </label>
            <p className="text-xs text-text-3">Everyone who installs it signs in with their own account.</p>
          </div>
        </div>
        {draft.requiresAuth ? (
          <Segmented
            label="How one signs in"
            value={draft.oauth ? 'oauth' : 'token'}
            onValueChange={(way) => onChange({ oauth: way === 'oauth' })}
            options={[
              { value: 'oauth', label: 'In the browser (OAuth)' },
              { value: 'token', label: 'With a token' },
            ]}
          />
        ) : null}
      </div>
    </>
  );
}
