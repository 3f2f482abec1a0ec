import { useMutation } from '@tanstack/react-query';
import { Check, ShieldQuestion, X } from 'lucide-react';
import { useId, useState } from 'react';
import type { ToolPart } from '@/api/chat';
import { Button } from '@/components/ui/button';
import { Input } from '@/components/ui/input';
import { causeOf } from '@/components/ui/states';
import { decide } from '@/features/chat/queries';

type Props = { conversationId: string; part: ToolPart };

export function ApprovalForm({ conversationId, part }: Props) {
  const [reason, setReason] = useState('');
  const [denying, setDenying] = useState(false);
  const reasonId = useId();
  const answer = useMutation({
    mutationFn: (body: { approved: boolean; reason?: string; remember?: boolean }) =>
      decide(conversationId, part.toolCallId, body),
  });
  // Until the event of it arrives, the answer counts as under way.
  const pending = answer.isPending || answer.isSuccess;
  return (
    <form
      className="flex flex-col gap-2.5 border-t border-warn bg-warn-soft px-3 py-2.5"
      onSubmit={(event) => {
        event.preventDefault();
        answer.mutate({ approved: false, ...(reason.trim() === '' ? {} : { reason: reason.trim() }) });
      }}
    >
      <p className="flex items-center gap-2 text-sm font-medium text-warn-text">
        <ShieldQuestion className="size-4 shrink-0" aria-hidden /> May it be called with these arguments?
      </p>
      {denying ? (
        // Of its own key: a button that became the one that submits would do so with the click that showed it.
        <div key="why" className="flex flex-wrap items-center gap-2">
          <label htmlFor={reasonId} className="sr-only">
            Why not
          </label>
          <Input
            id={reasonId}
            autoFocus
            className="w-auto min-w-0 flex-1"
            placeholder="Why not? The model is told (optional)"
            value={reason}
            onChange={(event) => setReason(event.target.value)}
          />
          <Button type="submit" variant="danger" pending={pending}>
            Deny
          </Button>
          <Button onClick={() => setDenying(false)}>Back</Button>
        </div>
      ) : (
        <div key="whether" className="flex flex-wrap gap-2">
          <Button variant="primary" pending={pending} onClick={() => answer.mutate({ approved: true })}>
            {pending ? null : <Check aria-hidden />} Approve
          </Button>
          <Button disabled={pending} onClick={() => answer.mutate({ approved: true, remember: true })}>
            Always in this conversation
          </Button>
          <Button disabled={pending} onClick={() => setDenying(true)}>
            <X aria-hidden /> Deny…
          </Button>
        </div>
      )}
      {answer.isError ? (
        <p role="alert" className="text-xs text-bad-text">
          {causeOf(answer.error)}
        </p>
      ) : null}
    </form>
  );
}
