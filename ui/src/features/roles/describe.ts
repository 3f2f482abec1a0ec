import type { Permissions, Role } from '@/api/access';
import { countOf } from '@/features/roles/permissions';

const PREDEFINED: Record<string, string> = {
  admin: 'Everything, people and access included.',
  editor: 'Builds and changes agents, servers, policies and prices; leaves people alone.',
  member: 'Uses agents and tools, installs servers of their own, chats.',
};

export function describeRole({ name, predefined, permission }: Role, all: Permissions | undefined): string {
  if (predefined && PREDEFINED[name] !== undefined) return PREDEFINED[name];
  const count = countOf(permission);
  if (count === 0) return 'Nothing yet.';
  return all === undefined ? `${count} permissions.` : `${count} of ${countOf(all)} permissions.`;
}
