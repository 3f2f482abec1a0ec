import { X } from 'lucide-react';
import { type ReactNode, useCallback, useId } from 'react';
import { Button } from '@/components/ui/button';
import { cn } from '@/lib/class-names';

type Props = {
  title: ReactNode;
  description?: ReactNode;
  onClose: () => void;
  children: ReactNode;
  /** A sheet slides in from the right and uses the whole height. */
  variant?: 'modal' | 'sheet';
  className?: string;
};

/**
 * The browser's own modal: it traps the focus, makes the rest inert, closes on Escape and gives the
 * focus back, all without a script of ours. Mount it to open it.
 */
export function Dialog({ title, description, onClose, children, variant = 'modal', className }: Props) {
  const titleId = useId();
  const descriptionId = useId();
  const open = useCallback((element: HTMLDialogElement | null) => {
    if (element === null) return;
    element.showModal();
    // The browser would focus the close button; a form is opened to be filled in.
    element.querySelector<HTMLElement>('form input, form textarea, form select')?.focus();
    return () => element.close();
  }, []);

  return (
    <dialog
      ref={open}
      aria-labelledby={titleId}
      aria-describedby={description ? descriptionId : undefined}
      onCancel={(event) => {
        event.preventDefault();
        onClose();
      }}
      onMouseDown={(event) => {
        if (event.target === event.currentTarget) onClose();
      }}
      className={cn(
        'border border-line bg-surface p-0 shadow-pop',
        variant === 'modal' &&
          'pop-in m-auto max-h-[min(44rem,calc(100dvh-3rem))] w-[min(32rem,calc(100vw-2rem))] rounded-xl',
        variant === 'sheet' &&
          'slide-in mt-0 mr-0 mb-0 ml-auto h-dvh max-h-none w-[min(34rem,100vw)] max-w-none border-y-0 border-r-0',
        className,
      )}
    >
      <div className="flex h-full max-h-[inherit] flex-col">
        <header className="flex items-start gap-4 border-b border-line px-5 pt-4 pb-3.5">
          <div className="min-w-0 flex-1">
            <h2 id={titleId} className="text-lg font-semibold">
              {title}
            </h2>
            {description ? (
              <p id={descriptionId} className="mt-0.5 text-sm text-text-2">
                {description}
              </p>
            ) : null}
          </div>
          <Button variant="ghost" size="icon" aria-label="Close" onClick={onClose} className="-mt-1 -mr-2">
            <X aria-hidden />
          </Button>
        </header>
        {children}
      </div>
    </dialog>
  );
}

export function DialogBody({ children, className }: { children: ReactNode; className?: string }) {
  return <div className={cn('flex flex-1 flex-col gap-4 overflow-y-auto px-5 py-4', className)}>{children}</div>;
}

export function DialogFooter({ children }: { children: ReactNode }) {
  return (
    <footer className="flex items-center justify-end gap-2 border-t border-line bg-surface-2/50 px-5 py-3">
      {children}
    </footer>
  );
}
