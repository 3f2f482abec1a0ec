import { useQuery } from '@tanstack/react-query';
import { type FormEvent, useState } from 'react';
import type { User } from '@/api/types';
import { Badge } from '@/components/ui/badge';
import { Button } from '@/components/ui/button';
import { Card, CardHeader } from '@/components/ui/card';
import { Field } from '@/components/ui/field';
import { Input } from '@/components/ui/input';
import { Notice } from '@/components/ui/notice';
import { causeOf } from '@/components/ui/states';
import { showToast } from '@/components/ui/toast';
import { PasswordForm } from '@/features/sign-in/password-form';
import { sessionQuery } from '@/features/sessions/queries';
import { TwoFactorCard } from '@/features/two-factor/card';
import { useUpdateUser } from '@/features/users/queries';
import { formatDay } from '@/lib/format';

export function AccountPage() {
  const { data } = useQuery(sessionQuery);
  if (!data) return null;
  return (
    <>
      <title>Account · Archestra</title>
      <Card>
        <CardHeader title="You" description="How you appear to others and in the logs." />
        <div className="px-4 pb-4">
          <NameForm key={data.user.id} user={data.user} />
        </div>
      </Card>
      <Card id="password">
        <CardHeader title="Password" description="Changing it signs you out everywhere else." />
        <div className="max-w-sm px-4 pb-4">
          <PasswordForm
            submitLabel="Change password"
            onDone={() =>
              showToast({ tone: 'ok', title: 'Password changed', detail: 'Your other sessions were signed out.' })
            }
          />
        </div>
      </Card>
      <TwoFactorCard />
    </>
  );
}

function NameForm({ user }: { user: User }) {
  const update = useUpdateUser();
  const [name, setName] = useState(user.name);
  function submit(event: FormEvent) {
    event.preventDefault();
    update.mutate(name.trim(), { onSuccess: () => showToast({ tone: 'ok', title: 'Name saved' }) });
  }
  return (
    <form onSubmit={submit} className="flex max-w-sm flex-col gap-4">
      {update.isError ? (
        <Notice tone="error" role="alert">
          {causeOf(update.error)}
        </Notice>
      ) : null}
      <Field label="Name">
        {(control) => (
          <Input
            {...control}
            value={name}
            required
            maxLength={200}
            autoComplete="name"
            onChange={(event) => setName(event.target.value)}
          />
        )}
      </Field>
      <dl className="grid grid-cols-[auto_1fr] gap-x-6 gap-y-1.5 text-sm">
        <dt className="text-text-3">Email</dt>
        <dd>{user.email}</dd>
        <dt className="text-text-3">Role</dt>
        <dd>
          <Badge>{user.role}</Badge>
        </dd>
        <dt className="text-text-3">Member since</dt>
        <dd>{formatDay(user.createdAt)}</dd>
      </dl>
      <Button
        type="submit"
        className="self-start"
        pending={update.isPending}
        disabled={name.trim() === '' || name.trim() === user.name}
      >
        Save name
      </Button>
    </form>
  );
}
