import { useQuery } from '@tanstack/react-query';
import { Eye, EyeOff, RotateCw } from 'lucide-react';
import { useState } from 'react';
import type { Token, UserToken } from '@/api/mcp';
import { Button } from '@/components/ui/button';
import { ConfirmDialog } from '@/components/ui/confirm-dialog';
import { CopyButton } from '@/components/ui/copy-button';
import { Field } from '@/components/ui/field';
import { Select } from '@/components/ui/input';
import { Skeleton } from '@/components/ui/skeleton';
import { causeOf } from '@/components/ui/states';
import { RelativeTime } from '@/components/ui/time';
import { showToast } from '@/components/ui/toast';
import { type TokenRef, tokensQuery, userTokenQuery, useRevealToken, useRotateToken } from '@/features/tokens/queries';

type Props = {
  chosen: string | undefined;
  onChoose: (id: string) => void;
  /** The value while it is shown, so that snippets can carry it. */
  onValue?: (value: string | null) => void;
};

/** Whose token a client sends; its value is fetched only when it is asked for. */
export function TokenChoice({ chosen, onChoose, onValue }: Props) {
  const own = useQuery(userTokenQuery);
  const shared = useQuery(tokensQuery);
  if (own.isPending) return <Skeleton className="h-16" />;
  const token = shared.data?.find((each) => each.id === chosen) ?? own.data;
  const personal = token !== undefined && token.id === own.data?.id;
  return (
    <div className="flex flex-col gap-3">
      <Field label="Whose token" className="w-80 max-w-full">
        {(control) => (
          <Select
            {...control}
            value={token?.id ?? ''}
            onChange={(event) => {
              onValue?.(null);
              onChoose(event.target.value);
            }}
          >
            {own.data ? <option value={own.data.id}>Yours: calls count as you</option> : null}
            {shared.data?.map((each) => (
              <option key={each.id} value={each.id}>
                {each.isOrganizationToken ? 'The organization’s' : `The team’s: ${each.team?.name ?? each.name}`}
              </option>
            ))}
          </Select>
        )}
      </Field>
      {own.isError && shared.isError ? (
        <p role="alert" className="text-sm text-bad-text">
          {causeOf(own.error)}
        </p>
      ) : null}
      {token ? (
        <TokenValue key={token.id} token={token} reference={{ id: token.id, personal }} onValue={onValue} />
      ) : null}
    </div>
  );
}

type ValueProps = { token: Token | UserToken; reference: TokenRef; onValue?: (value: string | null) => void };

function TokenValue({ token, reference, onValue }: ValueProps) {
  const reveal = useRevealToken();
  const rotate = useRotateToken();
  const [asking, setAsking] = useState(false);
  const value = rotate.data?.value ?? reveal.data?.value;
  function hide() {
    reveal.reset();
    rotate.reset();
    onValue?.(null);
  }
  return (
    <div className="max-w-2xl rounded-lg border border-line bg-surface-2/60">
      <div className="flex items-center gap-2 py-1.5 pr-1.5 pl-3">
        <code aria-label="Token" className="min-w-0 flex-1 truncate font-mono text-xs">
          {value ?? `${token.tokenStart}${'•'.repeat(20)}`}
        </code>
        {value ? <CopyButton text={value} label="Copy the token" /> : null}
        <Button
          size="sm"
          variant="ghost"
          pending={reveal.isPending}
          onClick={() => (value ? hide() : reveal.mutate(reference, { onSuccess: (shown) => onValue?.(shown.value) }))}
        >
          {reveal.isPending ? null : value ? <EyeOff aria-hidden /> : <Eye aria-hidden />} {value ? 'Hide' : 'Show'}
        </Button>
        <Button size="sm" variant="ghost" onClick={() => setAsking(true)}>
          <RotateCw aria-hidden /> Rotate
        </Button>
      </div>
      <p className="border-t border-line px-3 py-1.5 text-xs text-text-3">
        {token.lastUsedAt ? (
          <>
            Last used <RelativeTime at={token.lastUsedAt} />.
          </>
        ) : (
          'Never used.'
        )}
        {onValue ? ' While it is shown, the snippets carry it.' : null}
      </p>
      {reveal.isError ? (
        <p role="alert" className="border-t border-line px-3 py-1.5 text-xs text-bad-text">
          {causeOf(reveal.error)}
        </p>
      ) : null}
      {asking ? (
        <ConfirmDialog
          title="Rotate this token?"
          confirmLabel="Rotate token"
          pending={rotate.isPending}
          error={rotate.isError ? causeOf(rotate.error) : null}
          onClose={() => setAsking(false)}
          onConfirm={() =>
            rotate.mutate(reference, {
              onSuccess: (fresh) => {
                onValue?.(fresh.value);
                setAsking(false);
                showToast({
                  tone: 'ok',
                  title: 'A new token is in force',
                  detail: 'The old one is refused from now on.',
                });
              },
            })
          }
        >
          Whatever still sends the old token is refused at once. This cannot be undone.
        </ConfirmDialog>
      ) : null}
    </div>
  );
}
