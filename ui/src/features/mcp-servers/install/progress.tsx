import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { Check, CircleAlert, CircleCheck, Loader2 } from 'lucide-react';
import type { InstallationStatus, McpServer, Progress } from '@/api/mcp';
import { Button, buttonClass } from '@/components/ui/button';
import { DialogBody, DialogFooter } from '@/components/ui/dialog';
import { causeOf } from '@/components/ui/states';
import { useLiveServers } from '@/features/mcp-servers/live';
import { serverQuery, useDeleteServer, useServerAction } from '@/features/mcp-servers/queries';
import { activityOf, isSettled } from '@/features/mcp-servers/status';
import { StepBar } from '@/features/mcp-servers/status-mark';
import { cn } from '@/lib/class-names';
import { asSentence, pluralize } from '@/lib/format';

type Props = { server: McpServer; onClose: () => void; onEdit: () => void };

export function InstallProgress({ server: started, onClose, onEdit }: Props) {
  useLiveServers();
  const { data: server = started } = useQuery({
    ...serverQuery(started.id),
    initialData: started,
    // Also without the stream it must come to an end.
    refetchInterval: (query) => (isSettled(query.state.data?.localInstallationStatus ?? 'pending') ? false : 2000),
  });
  const retry = useServerAction(server.id);
  const remove = useDeleteServer();
  const { localInstallationStatus: status } = server;
  return (
    <>
      <DialogBody>
        {status === 'error' ? null : (
          <ol aria-label="Installation" className="flex flex-col">
            <Step
              at="pending"
              status={status}
              title="Start it"
              detail={status === 'pending' ? activityOf(server) : null}
              progress={server.progress}
            />
            <Step at="discovering-tools" status={status} title="Ask for its tools" detail={null} />
            <Step
              at="success"
              status={status}
              title={status === 'success' ? `Ready with ${pluralize(server.toolCount, 'tool')}` : 'Ready'}
              detail={null}
            />
          </ol>
        )}
        <div role="status" aria-live="polite">
          {status === 'success' ? (
            <div className="flex items-start gap-3 rounded-lg bg-ok-soft px-4 py-3 text-sm text-ok-text">
              <CircleCheck className="mt-0.5 size-4 shrink-0" aria-hidden />
              <p>
                <span className="font-medium">{server.name} runs.</span> Try a tool, or give its tools to an agent so
                that clients can call them.
              </p>
            </div>
          ) : status === 'error' ? (
            <div className="flex items-start gap-3 rounded-lg bg-bad-soft px-4 py-3 text-sm text-bad-text">
              <CircleAlert className="mt-0.5 size-4 shrink-0" aria-hidden />
              <div className="min-w-0">
                <p className="font-medium">It could not be started</p>
                <p className="mt-0.5 break-words whitespace-pre-line">
                  {asSentence(server.localInstallationError ?? 'It gave no cause; its log may.')}
                </p>
              </div>
            </div>
          ) : null}
        </div>
        {status === 'error' && server.lastCrash && server.lastCrash.log.length > 0 ? (
          <figure className="overflow-hidden rounded-lg border border-line">
            <figcaption className="border-b border-line px-3 py-1.5 text-xs text-text-3">Its last lines</figcaption>
            <pre
              tabIndex={0}
              aria-label="Its last lines"
              className="max-h-56 overflow-auto px-3 py-2 font-mono text-xs leading-5 whitespace-pre-wrap text-text-2"
            >
              {server.lastCrash.log.join('\n')}
            </pre>
          </figure>
        ) : null}
        {retry.isError || remove.isError ? (
          <p role="alert" className="text-sm text-bad-text">
            {causeOf(retry.error ?? remove.error)}
          </p>
        ) : null}
      </DialogBody>
      <DialogFooter>
        {status === 'error' ? (
          <>
            <Button pending={remove.isPending} onClick={() => remove.mutate(server.id, { onSuccess: onEdit })}>
              Change the answers
            </Button>
            <Link
              to="/servers/$serverId"
              params={{ serverId: server.id }}
              search={server.serverType === 'local' ? { tab: 'logs' } : {}}
              className={buttonClass()}
            >
              Open it
            </Link>
            <Button variant="primary" pending={retry.isPending} onClick={() => retry.mutate('retry')}>
              Try again
            </Button>
          </>
        ) : status === 'success' ? (
          <>
            <Button onClick={onClose} className="mr-auto">
              Close
            </Button>
            <Link to="/gateways" className={buttonClass()}>
              Give its tools to an agent
            </Link>
            <Link
              to="/servers/$serverId"
              params={{ serverId: server.id }}
              search={{ tab: 'inspector' }}
              className={buttonClass({ variant: 'primary' })}
            >
              Try a tool
            </Link>
          </>
        ) : (
          <Button onClick={onClose}>Go on in the background</Button>
        )}
      </DialogFooter>
    </>
  );
}

const ORDER = ['pending', 'discovering-tools', 'success'] as const;

type StepProps = {
  at: (typeof ORDER)[number];
  status: InstallationStatus;
  title: string;
  detail: string | null;
  progress?: Progress | null;
};

function Step({ at, status, title, detail, progress = null }: StepProps) {
  const reached = ORDER.findIndex((each) => each === status);
  const position = ORDER.indexOf(at);
  const done = position < reached || (at === 'success' && status === 'success');
  const current = !done && position === Math.max(0, reached);
  return (
    <li className="grid grid-cols-[1.5rem_minmax(0,1fr)] gap-x-2.5 pb-3">
      <span
        aria-hidden
        className={cn(
          'grid size-6 place-items-center rounded-full border text-2xs',
          done
            ? 'border-ok bg-ok-soft text-ok-text'
            : current
              ? 'border-accent text-accent-text'
              : 'border-line-strong text-text-3',
        )}
      >
        {done ? <Check className="size-3.5" /> : current ? <Loader2 className="size-3.5 animate-spin" /> : position + 1}
      </span>
      <div className="flex min-w-0 flex-col gap-1 pt-0.5 text-sm">
        <p className={done || current ? 'font-medium' : 'text-text-3'}>
          {title}
          <span className="sr-only">{done ? ', done' : current ? ', under way' : ''}</span>
        </p>
        {current && detail ? <p className="text-xs text-text-2">{detail}</p> : null}
        {current ? <StepBar progress={progress} /> : null}
      </div>
    </li>
  );
}
