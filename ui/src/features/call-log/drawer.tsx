import type { UseQueryResult } from '@tanstack/react-query';
import { ArrowDown, ArrowUp, X } from 'lucide-react';
import { type ReactNode, use, useEffect, useRef } from 'react';
import { Button } from '@/components/ui/button';
import { CopyButton } from '@/components/ui/copy-button';
import { Skeleton } from '@/components/ui/skeleton';
import { ErrorState } from '@/components/ui/states';
import { CallIds } from '@/features/call-log/ids';
import { cn } from '@/lib/class-names';
import { isTyping } from '@/shell/hotkeys';

type Props<Call> = {
  label: string;
  /** Classes: how wide it may become. */
  width: string;
  id: string;
  call: UseQueryResult<Call>;
  title: string | null | undefined;
  titleClass: string;
  /** The heights of what stands there until the call is read. */
  skeleton: readonly string[];
  onOpen: (id: string) => void;
  onClose: () => void;
  children: (call: Call) => ReactNode;
};

/** One call beside the list; it has an address of its own, and j and k step through the list. */
export function CallDrawer<Call>({ id, call, onOpen, onClose, ...props }: Props<Call>) {
  const ids = use(CallIds);
  const panel = useRef<HTMLElement>(null);

  const at = ids.indexOf(id);
  const newer = at > 0 ? ids[at - 1] : undefined;
  const older = at >= 0 ? ids[at + 1] : undefined;

  // Where the focus was when the panel opened is where it returns to.
  useEffect(() => {
    const before = document.activeElement;
    panel.current?.focus();
    return () => {
      if (before instanceof HTMLElement && before.isConnected) before.focus();
    };
  }, []);

  useEffect(() => {
    function onKeyDown(event: KeyboardEvent) {
      if (event.metaKey || event.ctrlKey || event.altKey || event.defaultPrevented || isTyping(event.target)) return;
      if (event.key === 'Escape' && document.querySelector('dialog[open],[role=menu]') === null) onClose();
      if (event.key === 'j' && older !== undefined) onOpen(older);
      if (event.key === 'k' && newer !== undefined) onOpen(newer);
    }
    window.addEventListener('keydown', onKeyDown);
    return () => window.removeEventListener('keydown', onKeyDown);
  });

  return (
    <aside
      ref={panel}
      tabIndex={-1}
      aria-label={props.label}
      className={cn(
        'slide-in fixed top-12 right-0 bottom-7 z-30 flex flex-col border-l border-line bg-surface shadow-pop outline-none',
        props.width,
      )}
    >
      <header className="flex h-12 shrink-0 items-center gap-1.5 border-b border-line pr-3 pl-5">
        <h2 className={cn('min-w-0 truncate font-semibold', props.titleClass)}>
          {props.title ?? (call.isPending ? 'Loading…' : 'Call')}
        </h2>
        <span className="flex-1" />
        <CopyButton text={window.location.href} label="Copy a link to this call">
          Copy link
        </CopyButton>
        <StepButton icon={<ArrowUp aria-hidden />} direction="Newer" hotkey="k" to={newer} onOpen={onOpen} />
        <StepButton icon={<ArrowDown aria-hidden />} direction="Older" hotkey="j" to={older} onOpen={onOpen} />
        <Button variant="ghost" size="icon" aria-label="Close" title="Close (Esc)" onClick={onClose}>
          <X aria-hidden />
        </Button>
      </header>
      <div className="min-h-0 flex-1 overflow-y-auto">
        {call.isLoadingError ? (
          <ErrorState title="This call could not be read" error={call.error} onRetry={() => void call.refetch()} />
        ) : call.isPending ? (
          <div role="status" aria-label="Loading the call" className="flex flex-col gap-4 p-5">
            {props.skeleton.map((height) => (
              <Skeleton key={height} className={height} />
            ))}
          </div>
        ) : (
          props.children(call.data)
        )}
      </div>
    </aside>
  );
}

type StepProps = {
  icon: ReactNode;
  direction: 'Newer' | 'Older';
  hotkey: string;
  to: string | undefined;
  onOpen: (id: string) => void;
};

function StepButton({ icon, direction, hotkey, to, onOpen }: StepProps) {
  return (
    <Button
      variant="ghost"
      size="icon"
      aria-label={`${direction} call (${hotkey})`}
      title={`${direction} (${hotkey})`}
      disabled={to === undefined}
      onClick={() => to !== undefined && onOpen(to)}
    >
      {icon}
    </Button>
  );
}
