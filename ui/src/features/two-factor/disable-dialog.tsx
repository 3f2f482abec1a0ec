import { type FormEvent, useState } from 'react';
import { Button } from '@/components/ui/button';
import { Dialog, DialogBody, DialogFooter } from '@/components/ui/dialog';
import { Field } from '@/components/ui/field';
import { Input } from '@/components/ui/input';
import { Notice } from '@/components/ui/notice';
import { causeOf } from '@/components/ui/states';
import { showToast } from '@/components/ui/toast';
import { useDisableTwoFactor } from '@/features/two-factor/queries';

export function DisableDialog({ onClose }: { onClose: () => void }) {
  const disable = useDisableTwoFactor();
  const [password, setPassword] = useState('');
  const [code, setCode] = useState('');
  function submit(event: FormEvent) {
    event.preventDefault();
    disable.mutate(
      { password, code: code.trim() },
      {
        onSuccess: () => {
          showToast({ tone: 'ok', title: 'Two-factor sign-in is off' });
          onClose();
        },
      },
    );
  }
  return (
    <Dialog
      title="Switch two-factor sign-in off?"
      description="The password alone signs you in again."
      onClose={onClose}
      className="w-[min(27rem,calc(100vw-2rem))]"
    >
      <form onSubmit={submit} className="contents">
        <DialogBody>
          {disable.isError ? (
            <Notice tone="error" role="alert">
              {causeOf(disable.error)}
            </Notice>
          ) : null}
          <Field label="Your password">
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
          <Field label="Code" hint="From the app, or a recovery code.">
            {(control) => (
              <Input
                {...control}
                required
                autoComplete="one-time-code"
                spellCheck={false}
                className="font-mono"
                value={code}
                onChange={(event) => setCode(event.target.value)}
              />
            )}
          </Field>
        </DialogBody>
        <DialogFooter>
          <Button onClick={onClose}>Cancel</Button>
          <Button
            type="submit"
            variant="danger"
            pending={disable.isPending}
            disabled={password === '' || code.trim() === ''}
          >
            Switch off
          </Button>
        </DialogFooter>
      </form>
    </Dialog>
  );
}
