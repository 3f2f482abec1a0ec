/** The files of a message that is not sent yet: each is uploaded at once, so that sending waits for none. */
import { useCallback, useRef, useState } from 'react';
import type { StoredAttachment } from '@/api/chat';
import { ApiError, del } from '@/api/client';
import { type Attached, isImage, refusal, typeOf } from '@/features/chat/attachments';
import { showToast } from '@/components/ui/toast';
import { causeOf } from '@/components/ui/states';

export type Attachments = {
  attached: readonly Attached[];
  attach: (files: File[]) => void;
  detach: (key: string) => void;
  /** Gives the files to a message: their ids, and an empty list to begin the next. */
  take: () => { ids: string[]; giveBack: () => void };
};

let nextKey = 1;

export function useAttachments(): Attachments {
  const [attached, setAttached] = useState<readonly Attached[]>([]);
  const now = useRef<readonly Attached[]>([]);
  const set = useCallback((next: readonly Attached[]) => {
    now.current = next;
    setAttached(next);
  }, []);
  const change = useCallback(
    (key: string, to: Partial<Attached>) =>
      set(now.current.map((each) => (each.key === key ? { ...each, ...to } : each))),
    [set],
  );

  const attach = useCallback(
    (files: File[]) => {
      for (const file of files) {
        const no = refusal(file, now.current.length);
        if (no !== null) {
          showToast({ tone: 'bad', title: 'Not attached', detail: no });
          continue;
        }
        const key = String(nextKey++);
        const mimeType = typeOf(file);
        const preview = isImage(mimeType) ? URL.createObjectURL(file) : null;
        const { name, size } = file;
        set([...now.current, { key, name, size, mimeType, preview, state: 'uploading', id: null, error: null }]);
        upload(file, mimeType).then(
          (stored) => change(key, { state: 'ready', id: stored.id }),
          (error: unknown) => change(key, { state: 'failed', error: causeOf(error) }),
        );
      }
    },
    [set, change],
  );

  const detach = useCallback(
    (key: string) => {
      const gone = now.current.find((each) => each.key === key);
      set(now.current.filter((each) => each.key !== key));
      if (gone?.preview) URL.revokeObjectURL(gone.preview);
      // What is never sent is swept by the server too.
      if (gone?.id) void del(`/api/chat/attachments/${encodeURIComponent(gone.id)}`).catch(() => undefined);
    },
    [set],
  );

  const take = useCallback(() => {
    const taken = now.current;
    set([]);
    return {
      ids: taken.flatMap(({ id }) => (id === null ? [] : [id])),
      giveBack: () => set([...taken, ...now.current]),
    };
  }, [set]);

  return { attached, attach, detach, take };
}

async function upload(file: File, mimeType: string): Promise<StoredAttachment> {
  const response = await fetch(`/api/chat/attachments?filename=${encodeURIComponent(file.name)}`, {
    method: 'POST',
    credentials: 'same-origin',
    headers: { 'content-type': mimeType, accept: 'application/json' },
    body: file,
  });
  if (response.ok) return (await response.json()) as StoredAttachment;
  const body = (await response.json().catch(() => null)) as { error?: { message?: string; type?: string } } | null;
  const message = body?.error?.message ?? `The server answered ${response.status}.`;
  throw new ApiError(response.status, body?.error?.type ?? 'unknown_error', message);
}
