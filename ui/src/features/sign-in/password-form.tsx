import { type FormEvent, useState } from 'react';
import { Button } from '@/components/ui/button';
import { Field } from '@/components/ui/field';
import { Input } from '@/components/ui/input';
import { Notice } from '@/components/ui/notice';
import { causeOf } from '@/components/ui/states';
import { useChangePassword } from '@/features/sign-in/queries';

const SHORTEST = 8;

export function PasswordForm({ submitLabel, onDone }: { submitLabel: string; onDone: () => void }) {
  const change = useChangePassword();
  const [current, setCurrent] = useState('');
  const [next, setNext] = useState('');
  const [again, setAgain] = useState('');
  const [submitted, setSubmitted] = useState(false);

  const tooShort = next.length < SHORTEST ? `At least ${SHORTEST} characters.` : null;
  const same = next !== '' && next === current ? 'This is the current password.' : null;
  const differs = again !== next ? 'The two do not match.' : null;

  function submit(event: FormEvent) {
    event.preventDefault();
    setSubmitted(true);
    if (tooShort ?? same ?? differs) return;
    change.mutate(
      { currentPassword: current, newPassword: next, revokeOtherSessions: true },
      {
        onSuccess: () => {
          setCurrent('');
          setNext('');
          setAgain('');
          setSubmitted(false);
          onDone();
        },
      },
    );
  }

  return (
    <form onSubmit={submit} className="flex flex-col gap-4" noValidate>
      {change.isError ? (
        <Notice tone="error" role="alert">
          {causeOf(change.error)}
        </Notice>
      ) : null}
      <Field label="Current password" error={submitted && current === '' ? 'Needed to be sure it is you.' : null}>
        {(control) => (
          <Input
            {...control}
            type="password"
            autoComplete="current-password"
            value={current}
            onChange={(event) => setCurrent(event.target.value)}
          />
        )}
      </Field>
      <Field
        label="New password"
        hint={`${SHORTEST} characters or more; a sentence is good.`}
        error={submitted ? (tooShort ?? same) : null}
      >
        {(control) => (
          <Input
            {...control}
            type="password"
            autoComplete="new-password"
            value={next}
            onChange={(event) => setNext(event.target.value)}
          />
        )}
      </Field>
      <Field label="New password again" error={submitted ? differs : null}>
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
      <Button type="submit" variant="primary" className="self-start" pending={change.isPending}>
        {submitLabel}
      </Button>
    </form>
  );
}
