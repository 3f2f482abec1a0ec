import { HardDrive } from 'lucide-react';
import type { LocalServer } from '@/api/settings';
import { Button } from '@/components/ui/button';
import { Card } from '@/components/ui/card';
import { pluralize } from '@/lib/format';

type Props = { servers: LocalServer[]; onAdd: (server: LocalServer) => void };

/** Model servers that answer here and are not used yet: no key, no cost, one click. */
export function LocalServers({ servers, onAdd }: Props) {
  const fresh = servers.filter((server) => server.addedAs === null);
  return fresh.map((server) => (
    <Card key={server.id} aria-label={server.name} className="flex flex-wrap items-center gap-3 px-4 py-3 text-sm">
      <HardDrive className="size-4 shrink-0 text-text-3" aria-hidden />
      <p className="min-w-0 flex-1">
        <span className="font-medium">{server.name} runs on this machine</span>{' '}
        <span className="text-text-2">
          with {pluralize(server.models.length, 'model')} at <code className="font-mono text-xs">{server.baseUrl}</code>
          . It needs no key and costs nothing.
        </span>
      </p>
      <Button size="sm" onClick={() => onAdd(server)}>
        Use {server.name}
      </Button>
    </Card>
  ));
}
