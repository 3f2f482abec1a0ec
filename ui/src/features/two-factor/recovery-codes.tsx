import { Download } from 'lucide-react';
import { Button, buttonClass } from '@/components/ui/button';
import { CodeBlock } from '@/components/ui/code-block';
import { Dialog, DialogBody, DialogFooter } from '@/components/ui/dialog';
import { Notice } from '@/components/ui/notice';
import { PasswordStep } from '@/features/two-factor/password-step';
import { useNewRecoveryCodes } from '@/features/two-factor/queries';

export function RecoveryCodes({ codes, onDone }: { codes: string[]; onDone: () => void }) {
  const text = codes.join('\n');
  return (
    <>
      <DialogBody>
        <Notice tone="warning">
          Each signs you in once when your phone is not there. They are shown this one time: keep them where you keep
          passwords.
        </Notice>
        <CodeBlock code={text} label="Recovery codes" />
        <a
          href={`data:text/plain;charset=utf-8,${encodeURIComponent(`${text}\n`)}`}
          download="archestra-recovery-codes.txt"
          className={buttonClass({ size: 'sm', className: 'self-start' })}
        >
          <Download aria-hidden /> Save as a file
        </a>
      </DialogBody>
      <DialogFooter>
        <Button variant="primary" onClick={onDone}>
          I have kept them
        </Button>
      </DialogFooter>
    </>
  );
}

export function RecoveryCodesDialog({ onClose }: { onClose: () => void }) {
  const renew = useNewRecoveryCodes();
  return (
    <Dialog
      title="New recovery codes"
      description={renew.data ? undefined : 'The old ones stop working.'}
      onClose={onClose}
      className="w-[min(27rem,calc(100vw-2rem))]"
    >
      {renew.data ? (
        <RecoveryCodes codes={renew.data.backupCodes} onDone={onClose} />
      ) : (
        <PasswordStep
          label="Make new codes"
          pending={renew.isPending}
          error={renew.error}
          onPassword={(password) => renew.mutate(password)}
          onClose={onClose}
        />
      )}
    </Dialog>
  );
}
