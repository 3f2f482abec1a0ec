import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { TriangleAlert } from 'lucide-react';
import { publicConfigQuery } from '@/shell/queries';

export function DefaultPasswordBanner() {
  const { data } = useQuery(publicConfigQuery);
  if (!data?.defaultCredentialsEnabled) return null;
  return (
    <div
      role="status"
      className="flex flex-wrap items-center justify-center gap-x-3 gap-y-1 bg-warn-soft px-4 py-1.5 text-sm text-warn-text"
    >
      <TriangleAlert className="size-4 shrink-0" aria-hidden />
      <p>
        <span className="font-medium">The administrator still has the default password.</span> Anyone who reaches this
        server knows it.
      </p>
      <Link to="/settings/account" hash="password" className="font-medium underline underline-offset-3">
        Change it now
      </Link>
    </div>
  );
}
