import { useQuery } from '@tanstack/react-query';
import { useNavigate, useParams, useSearch } from '@tanstack/react-router';
import { ArrowDown, ArrowUp, X } from 'lucide-react';
import { use, useEffect, useRef } from 'react';
import { Button } from '@/components/ui/button';
import { CopyButton } from '@/components/ui/copy-button';
import { Skeleton } from '@/components/ui/skeleton';
import { ErrorState } from '@/components/ui/states';
import { ToolCallBody } from '@/features/mcp-tool-calls/detail-body';
import { ToolCallIds } from '@/features/mcp-tool-calls/list-context';
import { toolCallQuery } from '@/features/mcp-tool-calls/queries';
import { isTyping } from '@/shell/hotkeys';

/** One call beside the list; it has an address of its own, and j and k step through the list. */
export function ToolCallDrawer() {
  const { callId } = useParams({ from: '/_app/mcp-logs/$callId' });
  const search = useSearch({ from: '/_app/mcp-logs/$callId' });
  const navigate = useNavigate();
  const ids = use(ToolCallIds);
  const call = useQuery(toolCallQuery(callId));
  const panel = useRef<HTMLElement>(null);

  const at = ids.indexOf(callId);
  const newer = at > 0 ? ids[at - 1] : undefined;
  const older = at >= 0 ? ids[at + 1] : undefined;
  const close = () => void navigate({ to: '/mcp-logs', search });
  const open = (id: string | undefined) => {
    if (id !== undefined) void navigate({ to: '/mcp-logs/$callId', params: { callId: id }, search, replace: true });
  };

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
      if (event.key === 'Escape' && document.querySelector('dialog[open],[role=menu]') === null) close();
      if (event.key === 'j') open(older);
      if (event.key === 'k') open(newer);
    }
    window.addEventListener('keydown', onKeyDown);
    return () => window.removeEventListener('keydown', onKeyDown);
  });

  return (
    <aside
      ref={panel}
      tabIndex={-1}
      aria-label="Tool call"
      className="slide-in fixed top-12 right-0 bottom-7 z-30 flex w-[min(46rem,100vw)] flex-col border-l border-line bg-surface shadow-pop outline-none"
    >
      <header className="flex h-12 shrink-0 items-center gap-1.5 border-b border-line pr-3 pl-5">
        <h2 className="min-w-0 truncate font-mono text-sm font-semibold">
          {call.data ? (call.data.toolName ?? call.data.method) : call.isPending ? 'Loading…' : 'Call'}
        </h2>
        <span className="flex-1" />
        <CopyButton text={window.location.href} label="Copy a link to this call">
          Copy link
        </CopyButton>
        <Button
          variant="ghost"
          size="icon"
          aria-label="Newer call (k)"
          title="Newer (k)"
          disabled={newer === undefined}
          onClick={() => open(newer)}
        >
          <ArrowUp aria-hidden />
        </Button>
        <Button
          variant="ghost"
          size="icon"
          aria-label="Older call (j)"
          title="Older (j)"
          disabled={older === undefined}
          onClick={() => open(older)}
        >
          <ArrowDown aria-hidden />
        </Button>
        <Button variant="ghost" size="icon" aria-label="Close" title="Close (Esc)" onClick={close}>
          <X aria-hidden />
        </Button>
      </header>
      <div className="min-h-0 flex-1 overflow-y-auto">
        {call.isLoadingError ? (
          <ErrorState title="This call could not be read" error={call.error} onRetry={() => void call.refetch()} />
        ) : call.isPending ? (
          <div role="status" aria-label="Loading the call" className="flex flex-col gap-4 p-5">
            <Skeleton className="h-16" />
            <Skeleton className="h-40" />
            <Skeleton className="h-64" />
          </div>
        ) : (
          <ToolCallBody key={call.data.id} call={call.data} />
        )}
      </div>
    </aside>
  );
}
