import { type FormEvent, useState } from 'react';
import type { CreatedApiKey, Permissions } from '@/api/access';
import { Button } from '@/components/ui/button';
import { CodeBlock } from '@/components/ui/code-block';
import { Dialog, DialogBody, DialogFooter } from '@/components/ui/dialog';
import { Field } from '@/components/ui/field';
import { Input, Select } from '@/components/ui/input';
import { Notice } from '@/components/ui/notice';
import { causeOf } from '@/components/ui/states';
import type { useCreateApiKey } from '@/features/api-keys/queries';
import { ScopeField } from '@/features/api-keys/scope-field';
import { countOf } from '@/features/roles/permissions';

const DAY = 86_400;
const LIFETIMES = [
  { label: '7 days', seconds: 7 * DAY },
  { label: '30 days', seconds: 30 * DAY },
  { label: '90 days', seconds: 90 * DAY },
  { label: '1 year', seconds: 365 * DAY },
  { label: 'No end', seconds: 0 },
];

type Props = {
  create: ReturnType<typeof useCreateApiKey>;
  /** The service account it is for; without one it is one's own. */
  whose?: string;
  onClose: () => void;
};

export function CreateApiKeyDialog({ create, whose, onClose }: Props) {
  return create.data ? (
    <CreatedKey created={create.data} onClose={onClose} />
  ) : (
    <KeyForm create={create} whose={whose} onClose={onClose} />
  );
}

function KeyForm({ create, whose, onClose }: Props) {
  const [name, setName] = useState('');
  const [seconds, setSeconds] = useState(90 * DAY);
  const [permission, setPermission] = useState<Permissions | null>(null);
  const nothing = permission !== null && countOf(permission) === 0;
  function submit(event: FormEvent) {
    event.preventDefault();
    create.mutate({
      name: name.trim(),
      ...(seconds > 0 ? { expiresIn: seconds } : {}),
      ...(permission === null ? {} : { permission }),
    });
  }
  return (
    <Dialog
      title={whose === undefined ? 'Create an API key' : `Create a key for ${whose}`}
      onClose={onClose}
      className={permission === null ? 'w-[min(27rem,calc(100vw-2rem))]' : 'w-[min(52rem,calc(100vw-2rem))]'}
    >
      <form onSubmit={submit} className="flex min-h-0 flex-1 flex-col">
        <DialogBody>
          {create.isError ? (
            <Notice tone="error" role="alert">
              {causeOf(create.error)}
            </Notice>
          ) : null}
          <Field label="Name" hint="What will use it, so that you know it again.">
            {(control) => (
              <Input
                {...control}
                value={name}
                required
                autoFocus
                maxLength={100}
                placeholder="ci"
                onChange={(event) => setName(event.target.value)}
              />
            )}
          </Field>
          <Field label="Works for">
            {(control) => (
              <Select {...control} value={seconds} onChange={(event) => setSeconds(Number(event.target.value))}>
                {LIFETIMES.map((lifetime) => (
                  <option key={lifetime.seconds} value={lifetime.seconds}>
                    {lifetime.label}
                  </option>
                ))}
              </Select>
            )}
          </Field>
          <ScopeField whose={whose} value={permission} onChange={setPermission} />
        </DialogBody>
        <DialogFooter>
          <Button onClick={onClose}>Cancel</Button>
          <Button type="submit" variant="primary" pending={create.isPending} disabled={name.trim() === '' || nothing}>
            Create key
          </Button>
        </DialogFooter>
      </form>
    </Dialog>
  );
}

function CreatedKey({ created, onClose }: { created: CreatedApiKey; onClose: () => void }) {
  return (
    <Dialog title={`Key “${created.name}”`} onClose={onClose}>
      <DialogBody>
        <Notice tone="warning">This is the only time the key is shown. Copy it now.</Notice>
        <CodeBlock code={created.key} label="API key" />
      </DialogBody>
      <DialogFooter>
        <Button variant="primary" onClick={onClose}>
          I have copied it
        </Button>
      </DialogFooter>
    </Dialog>
  );
}
