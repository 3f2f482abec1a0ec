import { useSearch } from '@tanstack/react-router';
import type { PublicProvider } from '@/api/identity';
import { Button } from '@/components/ui/button';
import { Notice } from '@/components/ui/notice';
import { causeOf } from '@/components/ui/states';
import { localPath } from '@/features/sessions/guard';
import { useSignInAtProvider } from '@/features/sign-in/queries';

const NAMES: Record<string, string> = { 'entra-id': 'Microsoft' };

export function ProviderButtons({ providers }: { providers: PublicProvider[] }) {
  const { redirect } = useSearch({ from: '/sign-in' });
  const signIn = useSignInAtProvider();
  if (providers.length === 0) return null;
  return (
    <div className="flex flex-col gap-2">
      {signIn.isError ? (
        <Notice tone="error" role="alert">
          {causeOf(signIn.error)}
        </Notice>
      ) : null}
      {providers.map(({ id, providerId, preset }) => (
        <Button
          key={id}
          size="lg"
          pending={(signIn.isPending || signIn.isSuccess) && signIn.variables.providerId === providerId}
          onClick={() => signIn.mutate({ providerId, path: localPath(redirect) })}
        >
          Continue with {(preset === null ? undefined : NAMES[preset]) ?? providerId}
        </Button>
      ))}
    </div>
  );
}
