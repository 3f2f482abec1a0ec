import { Link } from '@tanstack/react-router';
import { Ellipsis, FlaskConical, Play, RefreshCw, RotateCw, ScrollText, Square, Trash2 } from 'lucide-react';
import type { McpServer } from '@/api/mcp';
import { Button } from '@/components/ui/button';
import { Menu, MenuItem, MenuSeparator } from '@/components/ui/menu';
import { causeOf } from '@/components/ui/states';
import { showToast } from '@/components/ui/toast';
import { type ServerAction, useServerAction } from '@/features/mcp-servers/queries';
import { useCan, usePermitted } from '@/shell/permissions';

const DONE: Record<ServerAction, string> = {
  restart: 'is restarting',
  retry: 'is tried again',
  start: 'is starting',
  stop: 'is stopping',
  'reload-tools': 'is read again',
};

type Props = { server: McpServer; onDelete: (server: McpServer) => void };

export function RowMenu({ server, onDelete }: Props) {
  const action = useServerAction(server.id);
  const permitted = usePermitted();
  // Whoever may install servers may change their own.
  const mayUpdate = permitted('mcpServer', 'update') || permitted('mcpServer', 'create');
  const mayDelete = useCan('mcpServer', 'delete');
  const local = server.serverType === 'local';
  const run = (name: ServerAction) =>
    action.mutate(name, {
      onSuccess: () => showToast({ tone: 'ok', title: `${server.name} ${DONE[name]}` }),
      onError: (error) =>
        showToast({ tone: 'bad', title: `${server.name} could not be changed`, detail: causeOf(error) }),
    });
  return (
    <Menu
      className="w-56"
      trigger={
        <Button variant="ghost" size="iconSm" aria-label={`Actions for ${server.name}`}>
          <Ellipsis aria-hidden />
        </Button>
      }
    >
      <MenuItem asChild>
        <Link to="/servers/$serverId" params={{ serverId: server.id }} search={{ tab: 'inspector' }}>
          <FlaskConical aria-hidden /> Try a tool
        </Link>
      </MenuItem>
      {local ? (
        <MenuItem asChild>
          <Link to="/servers/$serverId" params={{ serverId: server.id }} search={{ tab: 'logs' }}>
            <ScrollText aria-hidden /> See its logs
          </Link>
        </MenuItem>
      ) : null}
      <MenuItem asChild>
        <Link to="/mcp-logs" search={{ mcpServerId: server.id }}>
          <ScrollText aria-hidden /> See its calls
        </Link>
      </MenuItem>
      <MenuSeparator />
      <MenuItem disabled={!mayUpdate} onSelect={() => run('reload-tools')}>
        <RefreshCw aria-hidden /> Read its tools again
      </MenuItem>
      {local ? (
        <>
          <MenuItem disabled={!mayUpdate || server.desired === 'stopped'} onSelect={() => run('restart')}>
            <RotateCw aria-hidden /> Restart
          </MenuItem>
          {server.desired === 'stopped' ? (
            <MenuItem disabled={!mayUpdate} onSelect={() => run('start')}>
              <Play aria-hidden /> Start
            </MenuItem>
          ) : (
            <MenuItem disabled={!mayUpdate} onSelect={() => run('stop')}>
              <Square aria-hidden /> Stop
            </MenuItem>
          )}
        </>
      ) : null}
      <MenuSeparator />
      <MenuItem danger disabled={!mayDelete || server.serverType === 'builtin'} onSelect={() => onDelete(server)}>
        <Trash2 aria-hidden /> Delete…
      </MenuItem>
    </Menu>
  );
}
