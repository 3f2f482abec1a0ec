import { CircleAlert, CircleCheck, X } from 'lucide-react';
import { useSyncExternalStore } from 'react';
import { Button } from '@/components/ui/button';

type Toast = { id: number; tone: 'ok' | 'bad'; title: string; detail?: string };

const SHOWN_MS = 5000;
let toasts: readonly Toast[] = [];
let nextId = 1;
const listeners = new Set<() => void>();

export function showToast(toast: Omit<Toast, 'id'>): void {
  const id = nextId++;
  set([...toasts.slice(-2), { ...toast, id }]);
  setTimeout(() => dismiss(id), toast.tone === 'bad' ? SHOWN_MS * 2 : SHOWN_MS);
}

export function Toaster() {
  const shown = useSyncExternalStore(subscribe, () => toasts);
  return (
    <div
      role="status"
      aria-live="polite"
      className="pointer-events-none fixed right-4 bottom-11 z-50 flex w-80 flex-col gap-2"
    >
      {shown.map((toast) => (
        <div
          key={toast.id}
          className="pop-in pointer-events-auto flex items-start gap-2.5 rounded-lg border border-line bg-surface p-3 text-sm shadow-pop"
        >
          {toast.tone === 'ok' ? (
            <CircleCheck className="mt-0.5 size-4 shrink-0 text-ok-text" aria-hidden />
          ) : (
            <CircleAlert className="mt-0.5 size-4 shrink-0 text-bad-text" aria-hidden />
          )}
          <div className="min-w-0 flex-1">
            <p className="font-medium">{toast.title}</p>
            {toast.detail ? <p className="mt-0.5 break-words text-text-2">{toast.detail}</p> : null}
          </div>
          <Button
            variant="ghost"
            size="iconSm"
            aria-label="Dismiss"
            className="-mt-0.5 -mr-1"
            onClick={() => dismiss(toast.id)}
          >
            <X aria-hidden />
          </Button>
        </div>
      ))}
    </div>
  );
}

function dismiss(id: number): void {
  set(toasts.filter((toast) => toast.id !== id));
}

function set(next: readonly Toast[]): void {
  toasts = next;
  for (const listener of listeners) listener();
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}
