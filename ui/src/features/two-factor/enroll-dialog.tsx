import { type FormEvent, useState } from 'react';
import type { Enrolled } from '@/api/identity';
import { Button } from '@/components/ui/button';
import { CopyButton } from '@/components/ui/copy-button';
import { Dialog, DialogBody, DialogFooter } from '@/components/ui/dialog';
import { Field } from '@/components/ui/field';
import { Input } from '@/components/ui/input';
import { Notice } from '@/components/ui/notice';
import { causeOf } from '@/components/ui/states';
import { showToast } from '@/components/ui/toast';
import { PasswordStep } from '@/features/two-factor/password-step';
import { QrCode } from '@/features/two-factor/qr-code';
import { useConfirmCode, useEnroll } from '@/features/two-factor/queries';
import { RecoveryCodes } from '@/features/two-factor/recovery-codes';

/** Password, then the picture for the app and a code from it, then the recovery codes. */
export function EnrollDialog({ onClose }: { onClose: () => void }) {
  const enroll = useEnroll();
  const [confirmed, setConfirmed] = useState(false);
  function done() {
    showToast({ tone: 'ok', title: 'Two-factor sign-in is on', detail: 'Your other sessions were signed out.' });
    onClose();
  }
  return (
    <Dialog
      title={confirmed ? 'Keep your recovery codes' : 'Set up two-factor sign-in'}
      onClose={confirmed ? done : onClose}
      className="w-[min(30rem,calc(100vw-2rem))]"
    >
      {enroll.data === undefined ? (
        <PasswordStep
          label="Go on"
          pending={enroll.isPending}
          error={enroll.error}
          onPassword={(password) => enroll.mutate(password)}
          onClose={onClose}
        />
      ) : confirmed ? (
        <RecoveryCodes codes={enroll.data.backupCodes} onDone={done} />
      ) : (
        <CodeStep enrolled={enroll.data} onConfirmed={() => setConfirmed(true)} onClose={onClose} />
      )}
    </Dialog>
  );
}

type StepProps = { enrolled: Enrolled; onConfirmed: () => void; onClose: () => void };

function CodeStep({ enrolled, onConfirmed, onClose }: StepProps) {
  const confirm = useConfirmCode();
  const [code, setCode] = useState('');
  function submit(event: FormEvent) {
    event.preventDefault();
    confirm.mutate(code.trim(), { onSuccess: onConfirmed });
  }
  return (
    <form onSubmit={submit} className="contents">
      <DialogBody>
        {confirm.isError ? (
          <Notice tone="error" role="alert">
            {causeOf(confirm.error)}
          </Notice>
        ) : null}
        <div className="flex flex-wrap items-start gap-4">
          <QrCode text={enrolled.totpURI} label="QR code for the authenticator app" />
          <div className="flex min-w-40 flex-1 flex-col gap-2 text-sm text-text-2">
            <p>Scan it with an authenticator app: Aegis, 1Password, Google or Microsoft Authenticator.</p>
            <p>No camera? Type the key:</p>
            <p className="flex items-center gap-1">
              <code className="font-mono text-xs break-all text-text">{inGroups(enrolled.secret)}</code>
              <CopyButton text={enrolled.secret} label="Copy the key" />
            </p>
          </div>
        </div>
        <Field label="Code from the app" hint="Six digits; they change every 30 seconds.">
          {(control) => (
            <Input
              {...control}
              required
              autoComplete="one-time-code"
              inputMode="numeric"
              maxLength={7}
              className="h-10 w-40 font-mono text-base tracking-widest"
              value={code}
              onChange={(event) => setCode(event.target.value)}
            />
          )}
        </Field>
      </DialogBody>
      <DialogFooter>
        <Button onClick={onClose}>Cancel</Button>
        <Button type="submit" variant="primary" pending={confirm.isPending} disabled={code.trim().length < 6}>
          Switch on
        </Button>
      </DialogFooter>
    </form>
  );
}

function inGroups(secret: string): string {
  return secret.replace(/(.{4})(?=.)/g, '$1 ');
}
