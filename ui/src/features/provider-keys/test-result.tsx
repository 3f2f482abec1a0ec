import { CircleCheck } from 'lucide-react';
import type { KeyTested } from '@/api/settings';
import { Notice } from '@/components/ui/notice';
import { causeOf } from '@/components/ui/states';
import { pluralize } from '@/lib/format';

const SHOWN_MODELS = 4;

type Props = { provider: string; tested: KeyTested | null; error: Error | null };

/** What the provider answered, in its own words where it refused. */
export function TestResult({ provider, tested, error }: Props) {
  if (error) {
    return (
      <Notice tone="error" role="alert">
        <span className="break-words">{causeOf(error)}</span>
      </Notice>
    );
  }
  if (tested === null) return null;
  return (
    <div role="status" className="flex items-start gap-2.5 rounded-lg bg-ok-soft px-3 py-2.5 text-sm text-ok-text">
      <CircleCheck className="mt-0.5 size-4 shrink-0" aria-hidden />
      <div className="min-w-0">
        <p className="font-medium">
          {provider} answered with {pluralize(tested.modelCount, 'model')}.
        </p>
        {tested.models.length > 0 ? (
          <p className="break-words">
            {tested.models.slice(0, SHOWN_MODELS).join(', ')}
            {tested.modelCount > SHOWN_MODELS ? ', …' : ''}
          </p>
        ) : null}
      </div>
    </div>
  );
}
