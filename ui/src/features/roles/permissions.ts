/** The permissions as people read them. What the server has and this list does not know is shown by its own name. */
import type { Permissions } from '@/api/access';

export type ResourceRow = { resource: string; label: string; about: string; actions: string[] };
export type ResourceGroup = { title: string; rows: ResourceRow[] };

/** The usual columns; any other action a resource has is offered beside them. */
export const ACTIONS = ['read', 'create', 'update', 'delete', 'admin'] as const;

type Words = [resource: string, label: string, about: string];

const GROUPS: [title: string, words: Words[]][] = [
  [
    'Agents and chat',
    [
      ['profile', 'Agents', 'Agents, LLM proxies and MCP gateways; admin: those of every team'],
      ['prompt', 'Prompts', 'Instructions to begin a chat with'],
      ['conversation', 'Conversations', 'One’s own chats'],
      ['chatSettings', 'Provider keys', 'Keys of model providers, and their models; admin: those of everybody'],
    ],
  ],
  [
    'MCP',
    [
      ['internalMcpCatalog', 'Catalogue', 'What can be installed'],
      ['mcpServer', 'MCP servers', 'Installed servers; admin: those of everybody'],
      ['mcpServerInstallationRequest', 'Installation requests', 'Asking for a server; admin: approve and decline'],
      ['tool', 'Tools', 'Tools of servers, and who gets them'],
    ],
  ],
  [
    'Guardrails',
    [
      ['policy', 'Tool policies', 'When a tool may be called, and whose results are trusted'],
      ['dualLlmConfig', 'Dual LLM settings', 'How untrusted results are read'],
      ['dualLlmResult', 'Dual LLM results', 'What was read so'],
    ],
  ],
  [
    'Activity and cost',
    [
      ['interaction', 'LLM logs', 'Calls of models, prompts and answers'],
      ['mcpToolCall', 'MCP logs', 'Calls of tools and their results'],
      ['limit', 'Limits', 'Budgets and optimization rules'],
      ['tokenPrice', 'Prices', 'What tokens cost'],
    ],
  ],
  [
    'People and organization',
    [
      ['organization', 'Organization', 'Settings; read: people and roles; update: also roles'],
      ['member', 'People', 'Members and service accounts'],
      ['invitation', 'Invitations', 'Links to join with'],
      ['team', 'Teams', 'Members and external groups; admin: every team'],
      ['ssoProvider', 'Identity providers', 'Where people sign in instead of here'],
      ['auditLog', 'Audit log', 'Who changed what, and from where'],
      ['ac', 'Access control', 'Rules of access'],
    ],
  ],
];

export function grouped(all: Permissions): ResourceGroup[] {
  const known = new Set(GROUPS.flatMap(([, words]) => words.map(([resource]) => resource)));
  const groups = GROUPS.map(([title, words]) => ({
    title,
    rows: words
      .filter(([resource]) => resource in all)
      .map(([resource, label, about]) => ({ resource, label, about, actions: all[resource] ?? [] })),
  }));
  const others = Object.entries(all)
    .filter(([resource]) => !known.has(resource))
    .map(([resource, actions]) => ({ resource, label: resource, about: '', actions }));
  return [...groups, { title: 'Other', rows: others }].filter(({ rows }) => rows.length > 0);
}

export function allows(permissions: Permissions, resource: string, action: string): boolean {
  return permissions[resource]?.includes(action) ?? false;
}

export function countOf(permissions: Permissions): number {
  return Object.values(permissions).reduce((sum, actions) => sum + actions.length, 0);
}

/** Whoever may change something must see it, so the first of the others brings read along. */
export function withChange(
  permissions: Permissions,
  all: Permissions,
  resource: string,
  actions: string[],
  given: boolean,
): Permissions {
  const offered = all[resource] ?? [];
  const wanted = given && offered.includes('read') && actions.length > 0 ? ['read', ...actions] : actions;
  const before = permissions[resource] ?? [];
  const after = offered.filter((action) => (wanted.includes(action) ? given : before.includes(action)));
  const { [resource]: _, ...rest } = permissions;
  return after.length === 0 ? rest : { ...rest, [resource]: after };
}

/** `permissions` without what `ceiling` has not. */
export function within(permissions: Permissions, ceiling: Permissions): Permissions {
  return Object.fromEntries(
    Object.entries(permissions)
      .map(([resource, actions]) => [resource, actions.filter((action) => allows(ceiling, resource, action))] as const)
      .filter(([, actions]) => actions.length > 0),
  );
}
