import { useQuery } from '@tanstack/react-query';
import { useRouter, useSearch } from '@tanstack/react-router';
import { type FormEvent, useState } from 'react';
import { ApiError } from '@/api/client';
import { Button } from '@/components/ui/button';
import { Field } from '@/components/ui/field';
import { Input } from '@/components/ui/input';
import { Notice } from '@/components/ui/notice';
import { Skeleton } from '@/components/ui/skeleton';
import { localPath } from '@/features/sessions/guard';
import { publicProvidersQuery } from '@/features/identity-providers/queries';
import { SignInFrame } from '@/features/sign-in/frame';
import { ProviderButtons } from '@/features/sign-in/provider-buttons';
import { useSignIn } from '@/features/sign-in/queries';
import { SecondFactorStep } from '@/features/sign-in/second-factor';
import { useCountdown } from '@/shell/connection-banner';
import { publicConfigQuery } from '@/shell/queries';

export function SignInPage() {
  const config = useQuery(publicConfigQuery);
  const providers = useQuery(publicProvidersQuery);
  const { error, message } = useSearch({ from: '/sign-in' });
  const [awaitsCode, setAwaitsCode] = useState(false);
  const passwordsOff = config.data?.disableBasicAuth ?? false;
  const known = providers.data ?? [];
  if (awaitsCode) return <SecondFactorStep onBack={() => setAwaitsCode(false)} />;
  return (
    <SignInFrame title="Sign in" lead="To manage agents and see their calls.">
      {config.isPending ? (
        <div className="flex flex-col gap-4">
          <Skeleton className="h-8" />
          <Skeleton className="h-8" />
          <Skeleton className="h-9" />
        </div>
      ) : (
        <div className="flex flex-col gap-5">
          {error === undefined ? null : (
            <Notice tone="error" role="alert">
              {message ?? 'The identity provider did not let you in.'}
            </Notice>
          )}
          <ProviderButtons providers={known} />
          {passwordsOff ? (
            known.length > 0 ? null : (
              <Notice tone="info">
                Signing in with a password is switched off on this server. Use your organization’s sign-in, or unset{' '}
                <code className="font-mono text-xs">ARCHESTRA_AUTH_DISABLE_BASIC_AUTH</code> and restart.
              </Notice>
            )
          ) : (
            <>
              {known.length > 0 ? <Or /> : null}
              <SignInForm
                defaultCredentials={config.data?.defaultCredentialsEnabled ?? false}
                onAwaitsCode={() => setAwaitsCode(true)}
              />
            </>
          )}
        </div>
      )}
    </SignInFrame>
  );
}

function Or() {
  return (
    <div className="flex items-center gap-3 text-xs text-text-3">
      <span className="h-px flex-1 bg-line" />
      or with a password
      <span className="h-px flex-1 bg-line" />
    </div>
  );
}

type FormProps = { defaultCredentials: boolean; onAwaitsCode: () => void };

function SignInForm({ defaultCredentials, onAwaitsCode }: FormProps) {
  const router = useRouter();
  const { redirect } = useSearch({ from: '/sign-in' });
  const signIn = useSignIn();
  const [email, setEmail] = useState('');
  const [password, setPassword] = useState('');
  const [rememberMe, setRememberMe] = useState(true);
  const [blockedUntil, setBlockedUntil] = useState<number | null>(null);
  const seconds = useCountdown(blockedUntil);

  function submit(event: FormEvent) {
    event.preventDefault();
    signIn.mutate(
      { email: email.trim(), password, rememberMe },
      {
        onSuccess: async (current) => {
          if (current === null) onAwaitsCode();
          else if (current.user.mustChangePassword)
            await router.navigate({ to: '/new-password', search: { redirect } });
          else await router.navigate({ href: localPath(redirect) });
        },
        onError: (error) => {
          if (error instanceof ApiError && error.status === 429)
            setBlockedUntil(Date.now() + (error.retryAfter ?? 30) * 1000);
        },
      },
    );
  }

  return (
    <form onSubmit={submit} className="flex flex-col gap-4">
      {signIn.isError ? <SignInError error={signIn.error} seconds={seconds} /> : null}
      <Field label="Email">
        {(control) => (
          <Input
            {...control}
            type="email"
            name="email"
            autoComplete="username"
            required
            autoFocus
            value={email}
            onChange={(event) => setEmail(event.target.value)}
          />
        )}
      </Field>
      <Field label="Password">
        {(control) => (
          <Input
            {...control}
            type="password"
            name="password"
            autoComplete="current-password"
            required
            value={password}
            onChange={(event) => setPassword(event.target.value)}
          />
        )}
      </Field>
      <label className="flex w-fit items-center gap-2 text-sm text-text-2">
        <input
          type="checkbox"
          className="size-4 accent-(--accent)"
          checked={rememberMe}
          onChange={(event) => setRememberMe(event.target.checked)}
        />
        Keep me signed in
      </label>
      <Button type="submit" variant="primary" size="lg" pending={signIn.isPending} disabled={seconds > 0}>
        Sign in
      </Button>
      {defaultCredentials ? (
        <p className="text-xs text-text-3">
          First start? The administrator’s address and first password are printed in the terminal that started the
          server.
        </p>
      ) : null}
    </form>
  );
}

function SignInError({ error, seconds }: { error: unknown; seconds: number }) {
  if (!(error instanceof ApiError))
    return (
      <Notice tone="error" role="alert">
        Something unexpected happened. Try again.
      </Notice>
    );
  if (error.status === 429) {
    return (
      <Notice tone="warning" role="alert">
        Too many attempts.{' '}
        {seconds > 0 ? <span className="tnum">Try again in {seconds} s.</span> : 'You can try again now.'}
      </Notice>
    );
  }
  if (error.status === 401)
    return (
      <Notice tone="error" role="alert">
        Email or password is not right.
      </Notice>
    );
  return (
    <Notice tone="error" role="alert">
      {error.message}
    </Notice>
  );
}
