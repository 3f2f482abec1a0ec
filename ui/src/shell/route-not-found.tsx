import { Link } from '@tanstack/react-router';
import { Compass } from 'lucide-react';
import { buttonClass } from '@/components/ui/button';
import { EmptyState } from '@/components/ui/states';

export function RouteNotFound() {
  return (
    <main className="grid min-h-[60vh] place-items-center">
      <EmptyState
        icon={Compass}
        heading="h1"
        title="There is no page at this address"
        actions={
          <Link to="/" className={buttonClass({ variant: 'primary' })}>
            Go to Home
          </Link>
        }
      >
        The link may be old, or a letter may be missing.
      </EmptyState>
    </main>
  );
}
