import { useQuery } from '@tanstack/react-query';
import { Link, useRouter, useSearch } from '@tanstack/react-router';
import { type FormEvent, type ReactNode, useState } from 'react';
import type { InvitationCheck } from '@/api/access';
import { ApiError } from '@/api/client';
import { Button, buttonClass } from '@/components/ui/button';
import { Field } from '@/components/ui/field';
import { Input } from '@/components/ui/input';
import { Notice } from '@/components/ui/notice';
import { Skeleton } from '@/components/ui/skeleton';
import { causeOf } from '@/components/ui/states';
import { invitationCheckQuery, useJoin } from '@/features/invitations/queries';
import { sessionQuery } from '@/features/sessions/queries';
import { SignInFrame } from '@/features/sign-in/frame';
import { useSignOut } from '@/features/sign-in/queries';
import { focusFirstFault } from '@/lib/first-fault';
import { formatDateTime } from '@/lib/format';

/** Where the link of an invitation leads. */
export function AcceptInvitationPage() {
  const { invitation: token } = useSearch({ from: '/auth/sign-up' });
  const session = useQuery(sessionQuery);
  const check = useQuery({ ...invitationCheckQuery(token ?? ''), enabled: token !== undefined });

  if (token === undefined) {
    return (
      <Refused title="This link is not whole">
        It has no invitation in it. Copy it again, to its very end, or ask for a new one.
      </Refused>
    );
  }
  if (session.data) return <AlreadySignedIn email={session.data.user.email} />;
  if (check.isError) {
    const expired = check.error instanceof ApiError && check.error.status === 409;
    const unknown = check.error instanceof ApiError && check.error.status === 404;
    return (
      <Refused
        title={expired ? 'This invitation has expired' : unknown ? 'This invitation is over' : 'Nobody answers'}
        onRetry={expired || unknown ? undefined : () => void check.refetch()}
      >
        {unknown
          ? 'It was used, canceled or replaced by a newer one. If you have joined already, sign in; else ask whoever invited you for a new link.'
          : causeOf(check.error)}
      </Refused>
    );
  }
  if (check.isPending || session.isPending) {
    return (
      <SignInFrame title="Join">
        <div className="flex flex-col gap-4">
          <Skeleton className="h-8" />
          <Skeleton className="h-8" />
          <Skeleton className="h-9" />
        </div>
      </SignInFrame>
    );
  }
  if (check.data.userExists) {
    return (
      <Refused title="You are a member already">
        There is an account for {check.data.email}. Sign in with it; the invitation is not needed.
      </Refused>
    );
  }
  return (
    <SignInFrame title={`Join ${check.data.organizationName}`} lead={<Lead invitation={check.data} />}>
      <JoinForm token={token} invitation={check.data} />
    </SignInFrame>
  );
}

function Lead({ invitation }: { invitation: InvitationCheck }) {
  return (
    <>
      {invitation.inviterName ? `${invitation.inviterName} invited you` : 'You are invited'} as{' '}
      <strong className="font-medium text-text">{invitation.role}</strong>. The link works until{' '}
      {formatDateTime(invitation.expiresAt)}.
    </>
  );
}

const SHORTEST = 8;

function JoinForm({ token, invitation }: { token: string; invitation: InvitationCheck }) {
  const router = useRouter();
  const join = useJoin();
  const [name, setName] = useState('');
  const [password, setPassword] = useState('');
  const [again, setAgain] = useState('');
  const [submitted, setSubmitted] = useState(false);
  const nameless = name.trim() === '' ? 'How others will see you.' : null;
  const tooShort = password.length < SHORTEST ? `At least ${SHORTEST} characters.` : null;
  const differs = again === password ? null : 'The two do not match.';

  function submit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault();
    setSubmitted(true);
    if (nameless ?? tooShort ?? differs) return focusFirstFault(event.currentTarget);
    join.mutate(
      { name: name.trim(), email: invitation.email, password, invitation: token },
      { onSuccess: () => void router.navigate({ to: '/' }) },
    );
  }

  return (
    <form onSubmit={submit} className="flex flex-col gap-4" noValidate>
      {join.isError ? (
        <Notice tone="error" role="alert">
          {causeOf(join.error)}
        </Notice>
      ) : null}
      <Field label="Email" hint="The invitation is for this address.">
        {(control) => <Input {...control} type="email" autoComplete="username" readOnly value={invitation.email} />}
      </Field>
      <Field label="Name" error={submitted ? nameless : null}>
        {(control) => (
          <Input
            {...control}
            autoFocus
            autoComplete="name"
            maxLength={200}
            value={name}
            onChange={(event) => setName(event.target.value)}
          />
        )}
      </Field>
      <Field
        label="Password"
        hint={`${SHORTEST} characters or more; a sentence is good.`}
        error={submitted ? tooShort : null}
      >
        {(control) => (
          <Input
            {...control}
            type="password"
            autoComplete="new-password"
            value={password}
            onChange={(event) => setPassword(event.target.value)}
          />
        )}
      </Field>
      <Field label="Password again" error={submitted ? differs : null}>
        {(control) => (
          <Input
            {...control}
            type="password"
            autoComplete="new-password"
            value={again}
            onChange={(event) => setAgain(event.target.value)}
          />
        )}
      </Field>
      <Button type="submit" variant="primary" size="lg" pending={join.isPending}>
        Join
      </Button>
    </form>
  );
}

function AlreadySignedIn({ email }: { email: string }) {
  const signOut = useSignOut();
  return (
    <SignInFrame title="You are signed in" lead={`As ${email}. An invitation is for somebody who has no account yet.`}>
      <div className="flex flex-wrap gap-2">
        <Link to="/" className={buttonClass({ variant: 'primary' })}>
          Go on as {email}
        </Link>
        <Button pending={signOut.isPending} onClick={() => signOut.mutate()}>
          Sign out and join
        </Button>
      </div>
    </SignInFrame>
  );
}

function Refused({ title, children, onRetry }: { title: string; children: ReactNode; onRetry?: () => void }) {
  return (
    <SignInFrame title={title}>
      <p className="text-sm text-text-2">{children}</p>
      <div className="mt-5 flex gap-2">
        {onRetry ? <Button onClick={onRetry}>Try again</Button> : null}
        <Link to="/sign-in" className={buttonClass()}>
          Sign in
        </Link>
      </div>
    </SignInFrame>
  );
}
