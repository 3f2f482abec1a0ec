import { useNavigate, useRouter, useSearch } from '@tanstack/react-router';
import { localPath } from '@/features/sessions/guard';
import { SignInFrame } from '@/features/sign-in/frame';
import { PasswordForm } from '@/features/sign-in/password-form';
import { Button } from '@/components/ui/button';
import { useSignOut } from '@/features/sign-in/queries';

/** Nothing else opens until a password that only this person knows is set. */
export function NewPasswordPage() {
  const router = useRouter();
  const navigate = useNavigate();
  const signOut = useSignOut();
  const { redirect } = useSearch({ from: '/new-password' });
  return (
    <SignInFrame
      title="Choose a new password"
      lead="You signed in with the default password, from another machine. It is public: set your own before going on."
    >
      <PasswordForm submitLabel="Set the password" onDone={() => void router.navigate({ href: localPath(redirect) })} />
      <Button
        variant="link"
        size="text"
        className="mt-4"
        onClick={() => signOut.mutate(undefined, { onSuccess: () => void navigate({ to: '/sign-in' }) })}
      >
        Sign out instead
      </Button>
    </SignInFrame>
  );
}
