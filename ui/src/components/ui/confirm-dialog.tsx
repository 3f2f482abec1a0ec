import { type FormEvent, type ReactNode, useState } from 'react';
import { Button } from '@/components/ui/button';
import { Dialog, DialogBody, DialogFooter } from '@/components/ui/dialog';
import { Field } from '@/components/ui/field';
import { Input } from '@/components/ui/input';

type Props = {
  title: string;
  children: ReactNode;
  confirmLabel: string;
  /** What the person must type before the button works. */
  typeToConfirm?: string;
  pending: boolean;
  error?: string | null;
  onConfirm: () => void;
  onClose: () => void;
};

export function ConfirmDialog({
  title,
  children,
  confirmLabel,
  typeToConfirm,
  pending,
  error,
  onConfirm,
  onClose,
}: Props) {
  const [typed, setTyped] = useState('');
  const ready = typeToConfirm === undefined || typed.trim() === typeToConfirm;
  function submit(event: FormEvent) {
    event.preventDefault();
    if (ready && !pending) onConfirm();
  }
  return (
    <Dialog title={title} onClose={onClose} className="w-[min(27rem,calc(100vw-2rem))]">
      <form onSubmit={submit} className="contents">
        <DialogBody>
          <div className="text-sm text-text-2">{children}</div>
          {typeToConfirm === undefined ? null : (
            <Field label={`Type “${typeToConfirm}” to confirm`}>
              {(control) => (
                <Input
                  {...control}
                  value={typed}
                  autoComplete="off"
                  spellCheck={false}
                  onChange={(event) => setTyped(event.target.value)}
                />
              )}
            </Field>
          )}
          {error ? (
            <p role="alert" className="text-sm text-bad-text">
              {error}
            </p>
          ) : null}
        </DialogBody>
        <DialogFooter>
          <Button onClick={onClose}>Cancel</Button>
          <Button type="submit" variant="danger" disabled={!ready} pending={pending}>
            {confirmLabel}
          </Button>
        </DialogFooter>
      </form>
    </Dialog>
  );
}
