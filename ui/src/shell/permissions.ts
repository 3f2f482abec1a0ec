import { useQuery } from '@tanstack/react-query';
import { permissionsQuery } from '@/shell/queries';

export type Resource =
  | 'chatSettings'
  | 'conversation'
  | 'prompt'
  | 'team'
  | 'profile'
  | 'tokenPrice'
  | 'organization'
  | 'interaction'
  | 'tool'
  | 'policy'
  | 'limit'
  | 'internalMcpCatalog'
  | 'mcpServer'
  | 'mcpServerInstallationRequest'
  | 'member'
  | 'invitation'
  | 'ssoProvider'
  | 'auditLog';
export type Action = 'create' | 'read' | 'update' | 'delete' | 'admin' | 'cancel';

/** Whether to offer something. The server decides in the end; until it has answered, all is offered. */
export function useCan(resource: Resource, action: Action): boolean {
  return usePermitted()(resource, action);
}

/** `useCan` for lists. */
export function usePermitted(): (resource: Resource, action: Action) => boolean {
  const { data } = useQuery(permissionsQuery);
  return (resource, action) => data === undefined || (data[resource]?.includes(action) ?? false);
}
