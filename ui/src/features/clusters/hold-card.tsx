import { Link } from '@tanstack/react-router';
import { ShieldAlert } from 'lucide-react';
import type { Hold } from '@/api/mcp';
import { Card } from '@/components/ui/card';
import { InlineCode } from '@/components/ui/inline-code';

const HOLD: Record<Hold, { title: string; how: string }> = {
  socket: {
    title: 'Whoever takes this server over has this machine',
    how: 'It runs in a container, and the socket of the engine that runs it is mounted.',
  },
  network: {
    title: 'Whoever takes this server over may get this machine',
    how: 'It runs in a container, and the engine that runs it is passed on to it over a network.',
  },
};

/** What it means that a server in a container may make more of them, and what to do about it. */
export function HoldCard({ hold }: { hold: Hold }) {
  const { title, how } = HOLD[hold];
  return (
    <Card aria-label={title} className="flex items-start gap-3 border-warn/50 p-4">
      <span className="grid size-9 shrink-0 place-items-center rounded-lg bg-warn-soft text-warn-text">
        <ShieldAlert className="size-4.5" aria-hidden />
      </span>
      <div className="flex min-w-0 flex-col gap-2 text-sm">
        <h3 className="font-semibold">{title}</h3>
        <p className="text-text-2">
          {how} Who may create containers may create one that is root on the machine, or, where the engine is rootless,
          one with all rights of its account. What to do:
        </p>
        <ul className="flex list-disc flex-col gap-1 pl-4 text-text-2 marker:text-text-3">
          <li>
            <InlineCode
              text={
                hold === 'socket'
                  ? 'Only remote MCP servers, or servers in a cluster? They need none of it: start the container without `-v /var/run/docker.sock:/var/run/docker.sock`.'
                  : 'Only remote MCP servers, or servers in a cluster? They need none of it: start the container without `DOCKER_HOST`.'
              }
            />
          </li>
          {hold === 'socket' ? (
            <li>
              <InlineCode text="Servers on this machine? Put the proxy of `packaging/compose.docker.yaml` before the socket: it lets through only the calls that they take." />
            </li>
          ) : null}
          <li>
            Others may install servers?{' '}
            <Link to="/runtimes/new" className="text-accent-text underline underline-offset-3">
              Let them run in a cluster
            </Link>
            , or give this server a machine with nothing else on it.
          </li>
        </ul>
      </div>
    </Card>
  );
}
