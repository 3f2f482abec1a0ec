import { useQuery } from '@tanstack/react-query';
import { permissionsQuery } from '@/shell/queries';

type Resource =
  | 'chatSettings'
  | 'conversation'
  | 'prompt'
  | 'team'
  | 'profile'
  | 'tokenPrice'
  | 'organization'
  | 'interaction'
  | 'tool'
  | 'internalMcpCatalog'
  | 'mcpServer'
  | 'mcpServerInstallationRequest';
type Action = 'create' | 'read' | 'update' | 'delete' | 'admin';

/** Whether to offer something. The server decides in the end; until it has answered, all is offered. */
export function useCan(resource: Resource, action: Action): boolean {
  const { data } = useQuery(permissionsQuery);
  return data === undefined || (data[resource]?.includes(action) ?? false);
}
