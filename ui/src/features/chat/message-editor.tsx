import { type FormEvent, useState } from 'react';
import type { Message } from '@/api/chat';
import { Button } from '@/components/ui/button';
import { Textarea } from '@/components/ui/input';

type Props = {
  message: Message;
  onSubmit: (message: Message, text: string) => Promise<boolean>;
  onClose: () => void;
};

/** A changed question starts a branch beside the one there is. */
export function MessageEditor({ message, onSubmit, onClose }: Props) {
  const before = message.parts.map((part) => (part.type === 'text' ? part.text : '')).join('\n\n');
  const [text, setText] = useState(before);
  const [pending, setPending] = useState(false);
  const ready = text.trim() !== '' && !pending;

  async function submit(event?: FormEvent) {
    event?.preventDefault();
    if (!ready) return;
    setPending(true);
    if (await onSubmit(message, text.trim())) onClose();
    else setPending(false);
  }

  return (
    <form onSubmit={(event) => void submit(event)} className="flex flex-col gap-2">
      <Textarea
        aria-label="Edit the message"
        autoFocus
        value={text}
        className="field-sizing-content max-h-80 text-base"
        onChange={(event) => setText(event.target.value)}
        onKeyDown={(event) => {
          if (event.nativeEvent.isComposing) return;
          if (event.key === 'Escape') onClose();
          if (event.key === 'Enter' && !event.shiftKey) {
            event.preventDefault();
            void submit();
          }
        }}
      />
      <div className="flex items-center justify-end gap-2">
        <p className="mr-auto text-xs text-text-3">The conversation so far stays as another version.</p>
        <Button size="sm" onClick={onClose}>
          Cancel
        </Button>
        <Button type="submit" size="sm" variant="primary" disabled={!ready} pending={pending}>
          Send
        </Button>
      </div>
    </form>
  );
}
