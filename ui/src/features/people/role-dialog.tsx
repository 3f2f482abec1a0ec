import { useQuery } from '@tanstack/react-query';
import { type FormEvent, useState } from 'react';
import type { Member } from '@/api/access';
import { Button } from '@/components/ui/button';
import { Dialog, DialogBody, DialogFooter } from '@/components/ui/dialog';
import { Notice } from '@/components/ui/notice';
import { Skeleton } from '@/components/ui/skeleton';
import { causeOf } from '@/components/ui/states';
import { showToast } from '@/components/ui/toast';
import { isLastAdministrator } from '@/features/people/administrators';
import { useGiveRole } from '@/features/people/queries';
import { describeRole } from '@/features/roles/describe';
import { allPermissionsQuery, rolesQuery } from '@/features/roles/queries';
import { cn } from '@/lib/class-names';

type Props = { person: Member; people: Member[]; onClose: () => void };

export function GiveRoleDialog({ person, people, onClose }: Props) {
  const roles = useQuery(rolesQuery);
  const permissions = useQuery(allPermissionsQuery);
  const give = useGiveRole(person.id);
  const [chosen, setChosen] = useState(person.role);
  const name = person.name || person.email;
  const last = isLastAdministrator(person, people);
  function submit(event: FormEvent) {
    event.preventDefault();
    give.mutate(chosen, {
      onSuccess: () => {
        showToast({ tone: 'ok', title: `${name} is ${chosen} now` });
        onClose();
      },
    });
  }
  return (
    <Dialog title={`Role of ${name}`} description="It holds at once, in every open window." onClose={onClose}>
      <form onSubmit={submit} className="contents">
        <DialogBody>
          {give.isError ? (
            <Notice tone="error" role="alert">
              {causeOf(give.error)}
            </Notice>
          ) : null}
          {roles.isLoadingError ? <Notice tone="error">{causeOf(roles.error)}</Notice> : null}
          {last ? (
            <Notice tone="info">
              {person.isSelf ? 'You are' : `${name} is`} the only administrator. Without one nobody could give roles any
              more, so make somebody else an administrator first.
            </Notice>
          ) : person.isSelf && person.role === 'admin' && chosen !== 'admin' ? (
            <Notice tone="warning">You will not be able to take this back yourself.</Notice>
          ) : null}
          {roles.isPending ? <Skeleton className="h-32" /> : null}
          <fieldset className="flex flex-col gap-2" disabled={last}>
            <legend className="sr-only">Role</legend>
            {roles.data?.map((role) => (
              <label
                key={role.id}
                className={cn(
                  'flex cursor-pointer items-start gap-3 rounded-lg border px-3 py-2.5 has-disabled:cursor-not-allowed has-disabled:opacity-60',
                  chosen === role.name ? 'border-accent bg-accent-soft' : 'border-line hover:bg-surface-2',
                )}
              >
                <input
                  type="radio"
                  name="role"
                  value={role.name}
                  checked={chosen === role.name}
                  onChange={() => setChosen(role.name)}
                  className="mt-0.5 size-4 shrink-0 accent-(--accent)"
                />
                <span className="min-w-0 text-sm">
                  <span className="block font-medium">{role.name}</span>
                  <span className="block text-text-2">{describeRole(role, permissions.data)}</span>
                </span>
              </label>
            ))}
          </fieldset>
        </DialogBody>
        <DialogFooter>
          <Button onClick={onClose}>Cancel</Button>
          <Button type="submit" variant="primary" pending={give.isPending} disabled={chosen === person.role || last}>
            Give this role
          </Button>
        </DialogFooter>
      </form>
    </Dialog>
  );
}
