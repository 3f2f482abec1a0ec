import { useQuery } from '@tanstack/react-query';
import { CircleAlert, CircleCheck, ExternalLink, Loader2, TriangleAlert } from 'lucide-react';
import { useState } from 'react';
import type { IdentityProvider, TestStep } from '@/api/identity';
import { Button } from '@/components/ui/button';
import { Dialog, DialogBody, DialogFooter } from '@/components/ui/dialog';
import { InlineCode } from '@/components/ui/inline-code';
import { Notice } from '@/components/ui/notice';
import { SkeletonRows } from '@/components/ui/skeleton';
import { causeOf } from '@/components/ui/states';
import { testQuery } from '@/features/identity-providers/queries';
import { stepDetail } from '@/features/identity-providers/step-detail';
import { asSentence } from '@/lib/format';

type Props = {
  provider: IdentityProvider;
  testId: string;
  pending: boolean;
  onAgain: () => void;
  onClose: () => void;
};

/** Every step of a try, as it happens. The second half runs in a window of its own, and changes nothing here. */
export function TestSheet({ provider, testId, pending, onAgain, onClose }: Props) {
  const test = useQuery(testQuery(provider.id, testId));
  // Only the answer that began the test knows where to go on; reading the log again does not.
  const [url, setUrl] = useState<string | null>(null);
  if (test.data?.url && url !== test.data.url) setUrl(test.data.url);
  const state = test.data?.state;
  return (
    <Dialog
      variant="sheet"
      title={`Test of ${provider.providerId}`}
      description="Nobody is signed in and nothing changes."
      onClose={onClose}
    >
      <DialogBody>
        {test.isError ? (
          <Notice tone="error" role="alert">
            {causeOf(test.error)} Logs of tests are kept for an hour.
          </Notice>
        ) : test.isPending ? (
          <SkeletonRows rows={4} />
        ) : (
          <>
            <div role="status">
              {state === 'passed' ? (
                <Notice tone="info">It works, from the first request to the role and teams.</Notice>
              ) : state === 'failed' ? (
                <Notice tone="error">It does not work yet. The step that failed says why.</Notice>
              ) : url !== null ? (
                <Notice tone="info">
                  What can be asked without a person is right. For the rest, sign in at {provider.providerId} in a new
                  window; this log goes on by itself.
                </Notice>
              ) : (
                <Notice tone="info">Waiting for the sign-in in the other window.</Notice>
              )}
            </div>
            <ol className="flex flex-col" aria-label="Steps" tabIndex={0}>
              {test.data.steps.map((step, index) => (
                <Step key={index} step={step} />
              ))}
              {state === 'waiting' ? (
                <li className="flex items-center gap-2.5 py-2 text-sm text-text-3">
                  <Loader2 className="size-4 animate-spin" aria-hidden /> the sign-in in a browser
                </li>
              ) : null}
            </ol>
          </>
        )}
      </DialogBody>
      <DialogFooter>
        <Button className="mr-auto" pending={pending} onClick={onAgain}>
          Test again
        </Button>
        {state === 'waiting' && url !== null ? (
          <Button variant="primary" onClick={() => window.open(url, '_blank', 'popup,width=560,height=720')}>
            <ExternalLink aria-hidden /> Sign in for the test
          </Button>
        ) : (
          <Button onClick={onClose}>Close</Button>
        )}
      </DialogFooter>
    </Dialog>
  );
}

const MARKS = {
  ok: { icon: CircleCheck, className: 'text-ok-text', label: 'right' },
  warning: { icon: TriangleAlert, className: 'text-warn-text', label: 'to look at' },
  failed: { icon: CircleAlert, className: 'text-bad-text', label: 'failed' },
} as const;

function Step({ step }: { step: TestStep }) {
  const { icon: Icon, className, label } = MARKS[step.status];
  return (
    <li className="flex items-start gap-2.5 border-b border-line py-2 text-sm last:border-b-0">
      <Icon className={`mt-0.5 size-4 shrink-0 ${className}`} role="img" aria-label={label} />
      <span className="min-w-0">
        <span className="block font-medium">{asSentence(step.name)}</span>
        <span className="block break-words text-text-2">
          <InlineCode text={stepDetail(step)} />
        </span>
      </span>
    </li>
  );
}
