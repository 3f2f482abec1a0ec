import { type FormEvent, useState } from 'react';
import { Button } from '@/components/ui/button';
import { DialogBody, DialogFooter } from '@/components/ui/dialog';
import { Field } from '@/components/ui/field';
import { Input } from '@/components/ui/input';
import { Notice } from '@/components/ui/notice';
import { causeOf } from '@/components/ui/states';

type Props = {
  label: string;
  pending: boolean;
  error: Error | null;
  onPassword: (password: string) => void;
  onClose: () => void;
};

/** A signed-in browser that was left alone must not be enough. */
export function PasswordStep({ label, pending, error, onPassword, onClose }: Props) {
  const [password, setPassword] = useState('');
  function submit(event: FormEvent) {
    event.preventDefault();
    onPassword(password);
  }
  return (
    <form onSubmit={submit} className="contents">
      <DialogBody>
        {error ? (
          <Notice tone="error" role="alert">
            {causeOf(error)}
          </Notice>
        ) : null}
        <Field label="Your password" hint="To be sure it is you.">
          {(control) => (
            <Input
              {...control}
              type="password"
              required
              autoComplete="current-password"
              value={password}
              onChange={(event) => setPassword(event.target.value)}
            />
          )}
        </Field>
      </DialogBody>
      <DialogFooter>
        <Button onClick={onClose}>Cancel</Button>
        <Button type="submit" variant="primary" pending={pending} disabled={password === ''}>
          {label}
        </Button>
      </DialogFooter>
    </form>
  );
}
