import { type ErrorComponentProps, useRouter } from '@tanstack/react-router';
import { ErrorState } from '@/components/ui/states';
import { ConnectionBanner } from '@/shell/connection-banner';

/** The last line against a blank page: any route that throws ends here. */
export function RouteError({ error, reset }: ErrorComponentProps) {
  const router = useRouter();
  return (
    <main className="flex min-h-[60vh] flex-col">
      <ConnectionBanner />
      <div className="grid flex-1 place-items-center">
        <ErrorState
          heading="h1"
          title="This page could not be shown"
          error={error}
          onRetry={() => {
            reset();
            void router.invalidate();
          }}
        />
      </div>
    </main>
  );
}
