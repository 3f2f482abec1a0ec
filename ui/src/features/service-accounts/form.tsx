import { useQuery } from '@tanstack/react-query';
import { type FormEvent, useState } from 'react';
import type { ServiceAccount } from '@/api/access';
import { Button } from '@/components/ui/button';
import { Dialog, DialogBody, DialogFooter } from '@/components/ui/dialog';
import { Field } from '@/components/ui/field';
import { Input, Select } from '@/components/ui/input';
import { Notice } from '@/components/ui/notice';
import { causeOf } from '@/components/ui/states';
import { describeRole } from '@/features/roles/describe';
import { allPermissionsQuery, rolesQuery } from '@/features/roles/queries';
import { useSaveServiceAccount } from '@/features/service-accounts/queries';

type Props = { account: ServiceAccount | null; onClose: () => void };

export function ServiceAccountDialog({ account, onClose }: Props) {
  const roles = useQuery(rolesQuery);
  const permissions = useQuery(allPermissionsQuery);
  const save = useSaveServiceAccount(account?.id ?? null);
  const [name, setName] = useState(account?.name ?? '');
  const [role, setRole] = useState(account?.role ?? 'member');
  const chosen = roles.data?.find((each) => each.name === role);
  function submit(event: FormEvent) {
    event.preventDefault();
    save.mutate({ name: name.trim(), role }, { onSuccess: onClose });
  }
  return (
    <Dialog
      title={account === null ? 'Create a service account' : `Edit ${account.name}`}
      onClose={onClose}
      className="w-[min(27rem,calc(100vw-2rem))]"
    >
      <form onSubmit={submit} className="contents">
        <DialogBody>
          {save.isError ? (
            <Notice tone="error" role="alert">
              {causeOf(save.error)}
            </Notice>
          ) : null}
          <Field label="Name" hint="Which program it is.">
            {(control) => (
              <Input
                {...control}
                required
                maxLength={200}
                placeholder="terraform"
                value={name}
                onChange={(event) => setName(event.target.value)}
              />
            )}
          </Field>
          <Field label="Role" hint={chosen ? describeRole(chosen, permissions.data) : undefined}>
            {(control) => (
              <Select {...control} value={role} onChange={(event) => setRole(event.target.value)}>
                {roles.data?.map((each) => <option key={each.id}>{each.name}</option>) ?? <option>{role}</option>}
              </Select>
            )}
          </Field>
        </DialogBody>
        <DialogFooter>
          <Button onClick={onClose}>Cancel</Button>
          <Button type="submit" variant="primary" pending={save.isPending} disabled={name.trim() === ''}>
            {account === null ? 'Create account' : 'Save account'}
          </Button>
        </DialogFooter>
      </form>
    </Dialog>
  );
}
