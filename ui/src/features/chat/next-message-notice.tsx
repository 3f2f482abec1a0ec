import { Clock3, X } from 'lucide-react';
import { Button } from '@/components/ui/button';
import type { NextMessage } from '@/features/chat/use-next-message';

export function NextMessageNotice({ next }: { next: NextMessage }) {
  if (next.text === '') return null;
  return (
    <div role="status" className="mx-auto w-full max-w-3xl px-3 pb-2 md:px-4">
      <div className="flex items-center gap-2 rounded-lg border border-dashed border-line-strong py-1 pr-1 pl-3 text-sm text-text-2">
        <Clock3 className="size-4 shrink-0 text-text-3" aria-hidden />
        <span className="shrink-0 text-text-3">Sent next:</span>
        <span className="min-w-0 flex-1 truncate">{next.text}</span>
        <Button variant="ghost" size="iconSm" aria-label="Do not send it" onClick={() => next.set('')}>
          <X aria-hidden />
        </Button>
      </div>
    </div>
  );
}
