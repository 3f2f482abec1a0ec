import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { ShieldAlert } from 'lucide-react';
import { InlineCode } from '@/components/ui/inline-code';
import { secretsStatusQuery } from '@/features/secrets/queries';
import { asStatement } from '@/features/secrets/words';

/** Secrets are not kept where the configuration says: everyone hears it, on every page, until it is mended. */
export function SecretsBanner() {
  const { data } = useQuery(secretsStatusQuery);
  if (!data?.meta.degraded) return null;
  return (
    <div
      role="alert"
      className="flex flex-wrap items-center justify-center gap-x-3 gap-y-1 bg-bad-soft px-4 py-1.5 text-sm text-bad-text"
    >
      <ShieldAlert className="size-4 shrink-0" aria-hidden />
      <p className="min-w-0">
        <span className="font-medium">
          <InlineCode text={asStatement(data.meta.reason ?? 'Secrets are not kept where they should be')} />
        </span>{' '}
        {data.meta.fix ? <InlineCode text={asStatement(data.meta.fix)} /> : null}
      </p>
      <Link to="/settings/secrets" className="font-medium underline underline-offset-3">
        See the store
      </Link>
    </div>
  );
}
