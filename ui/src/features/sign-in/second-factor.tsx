import { useRouter, useSearch } from '@tanstack/react-router';
import { type FormEvent, useState } from 'react';
import { Button } from '@/components/ui/button';
import { Field } from '@/components/ui/field';
import { Input } from '@/components/ui/input';
import { Notice } from '@/components/ui/notice';
import { causeOf } from '@/components/ui/states';
import { localPath } from '@/features/sessions/guard';
import { SignInFrame } from '@/features/sign-in/frame';
import { useSecondFactor } from '@/features/sign-in/queries';

/** After a right password, where the account asks for a code as well. */
export function SecondFactorStep({ onBack }: { onBack: () => void }) {
  const router = useRouter();
  const { redirect } = useSearch({ from: '/sign-in' });
  const verify = useSecondFactor();
  const [recovery, setRecovery] = useState(false);
  const [code, setCode] = useState('');

  function submit(event: FormEvent) {
    event.preventDefault();
    verify.mutate(
      { code: code.trim(), recovery },
      {
        onSuccess: async (current) => {
          if (current?.user.mustChangePassword) await router.navigate({ to: '/new-password', search: { redirect } });
          else await router.navigate({ href: localPath(redirect) });
        },
      },
    );
  }

  return (
    <SignInFrame
      title="One more step"
      lead={recovery ? 'One of the recovery codes you kept. It works once.' : 'The code your authenticator app shows.'}
    >
      <form onSubmit={submit} className="flex flex-col gap-4">
        {verify.isError ? (
          <Notice tone="error" role="alert">
            {causeOf(verify.error)}
          </Notice>
        ) : null}
        <Field label={recovery ? 'Recovery code' : 'Code'}>
          {(control) => (
            <Input
              {...control}
              key={String(recovery)}
              autoFocus
              required
              autoComplete="one-time-code"
              inputMode={recovery ? 'text' : 'numeric'}
              spellCheck={false}
              className="h-10 font-mono text-base tracking-widest"
              value={code}
              onChange={(event) => setCode(event.target.value)}
            />
          )}
        </Field>
        <Button type="submit" variant="primary" size="lg" pending={verify.isPending} disabled={code.trim() === ''}>
          Sign in
        </Button>
        <div className="flex flex-wrap justify-between gap-3">
          <Button
            variant="link"
            size="text"
            onClick={() => {
              setRecovery(!recovery);
              setCode('');
              verify.reset();
            }}
          >
            {recovery ? 'Use the app’s code' : 'Use a recovery code'}
          </Button>
          <Button variant="link" size="text" onClick={onBack}>
            Start over
          </Button>
        </div>
      </form>
    </SignInFrame>
  );
}
