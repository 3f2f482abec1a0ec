import { type FormEvent, useState } from 'react';
import { Button } from '@/components/ui/button';
import { Dialog, DialogBody, DialogFooter } from '@/components/ui/dialog';
import { Field } from '@/components/ui/field';
import { Input } from '@/components/ui/input';

type Props = { title: string; onSave: (title: string) => void; onClose: () => void };

export function RenameConversation({ title: before, onSave, onClose }: Props) {
  const [title, setTitle] = useState(before);
  const ready = title.trim() !== '';
  function submit(event: FormEvent) {
    event.preventDefault();
    if (ready) onSave(title.trim());
  }
  return (
    <Dialog title="Rename the conversation" onClose={onClose} className="w-[min(27rem,calc(100vw-2rem))]">
      <form onSubmit={submit} className="contents">
        <DialogBody>
          <Field label="Title">
            {(control) => (
              <Input {...control} value={title} maxLength={200} onChange={(event) => setTitle(event.target.value)} />
            )}
          </Field>
        </DialogBody>
        <DialogFooter>
          <Button onClick={onClose}>Cancel</Button>
          <Button type="submit" variant="primary" disabled={!ready}>
            Rename
          </Button>
        </DialogFooter>
      </form>
    </Dialog>
  );
}
