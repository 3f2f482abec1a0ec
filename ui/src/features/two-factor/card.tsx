import { useQuery } from '@tanstack/react-query';
import { ShieldCheck } from 'lucide-react';
import { useState } from 'react';
import { Badge } from '@/components/ui/badge';
import { Button } from '@/components/ui/button';
import { Card, CardHeader } from '@/components/ui/card';
import { Notice } from '@/components/ui/notice';
import { SkeletonRows } from '@/components/ui/skeleton';
import { ErrorState } from '@/components/ui/states';
import { DisableDialog } from '@/features/two-factor/disable-dialog';
import { EnrollDialog } from '@/features/two-factor/enroll-dialog';
import { twoFactorQuery } from '@/features/two-factor/queries';
import { RecoveryCodesDialog } from '@/features/two-factor/recovery-codes';
import { pluralize } from '@/lib/format';

const FEW = 3;

export function TwoFactorCard() {
  const status = useQuery(twoFactorQuery);
  const [open, setOpen] = useState<'enroll' | 'codes' | 'disable' | null>(null);
  const close = () => setOpen(null);
  const left = status.data?.recoveryCodesLeft ?? 0;
  return (
    <Card id="two-factor" aria-label="Two-factor sign-in">
      <CardHeader
        title={
          <span className="flex items-center gap-2">
            Two-factor sign-in {status.data?.enabled ? <Badge tone="ok">on</Badge> : null}
          </span>
        }
        description="After the password, a code from an app on your phone. Who signs in through an identity provider is asked there."
        actions={
          status.data && !status.data.enabled ? (
            <Button size="sm" onClick={() => setOpen('enroll')}>
              <ShieldCheck aria-hidden /> Set up
            </Button>
          ) : null
        }
      />
      {status.isLoadingError ? (
        <ErrorState
          title="Whether it is on could not be read"
          error={status.error}
          onRetry={() => void status.refetch()}
        />
      ) : status.isPending ? (
        <SkeletonRows rows={1} />
      ) : status.data.enabled ? (
        <div className="flex flex-col gap-3 px-4 pb-4">
          {left <= FEW ? (
            <Notice tone="warning">
              {left === 0 ? 'No recovery code is left' : `Only ${pluralize(left, 'recovery code')} left`}. Without a
              phone and without codes only the server’s operator can let you in.
            </Notice>
          ) : (
            <p className="text-sm text-text-2">{pluralize(left, 'recovery code')} left, for when the phone is lost.</p>
          )}
          <div className="flex gap-2">
            <Button onClick={() => setOpen('codes')}>New recovery codes</Button>
            <Button onClick={() => setOpen('disable')}>Switch off</Button>
          </div>
        </div>
      ) : status.data.pending ? (
        <p className="px-4 pb-4 text-sm text-text-2">
          It was begun and not finished, so it is not in force. Setting it up again starts anew.
        </p>
      ) : null}
      {open === 'enroll' ? <EnrollDialog onClose={close} /> : null}
      {open === 'codes' ? <RecoveryCodesDialog onClose={close} /> : null}
      {open === 'disable' ? <DisableDialog onClose={close} /> : null}
    </Card>
  );
}
