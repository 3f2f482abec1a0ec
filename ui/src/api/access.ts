/** Shapes of people, roles, teams and keys. Sets of words that the server has as text are narrowed here. */
import type { Narrowed } from '@/api/mcp';
import type { components } from '@/api/schema';
import type { Served } from '@/api/types';

type Schemas = components['schemas'];

/** What may be done, by resource. Both are the server's words: it serves the list. */
export type Permissions = Record<string, string[]>;

export type Member = Narrowed<'Member', { kind: 'person' | 'service' }>;
export type Invitation = Narrowed<'Invitation', { status: InvitationStatus }>;
export type InvitationStatus = 'pending' | 'accepted' | 'canceled' | 'expired';
export type InvitationInput = Schemas['InvitationInput'];
export type NewInvitation = Invitation & Pick<Schemas['NewInvitation'], 'url' | 'token'>;
export type InvitationCheck = Served<Schemas['OpenInvitation']>;

export type Role = Narrowed<'Role', { permission: Permissions }>;
export type RoleInput = { name: string; permission: Permissions };

export type SeenReason = 'everybody' | 'team' | 'own' | 'admin';
export type Seen = Narrowed<'Seen', { reason: SeenReason }>;
export type UserAccess = Narrowed<
  'UserAccess',
  { user: Member; permissions: Permissions; agents: Seen[]; mcpServers: Seen[] }
>;

export type TeamMember = Narrowed<'TeamMember', { role: 'member' | 'admin' }>;
export type ExternalGroup = Served<Schemas['ExternalGroup']>;

/** Null permissions: all that its owner may. */
export type ApiKey = Narrowed<'ApiKey', { permission: Permissions | null }>;
export type CreatedApiKey = ApiKey & Pick<Schemas['NewApiKey'], 'key'>;
export type ServiceAccount = Member & { keys: ApiKey[] };

export type AuditAction = 'create' | 'update' | 'delete';
export type AuditEntry = Narrowed<
  'AuditEntry',
  { action: AuditAction; before: AuditFields | null; after: AuditFields | null }
>;
export type AuditFields = Record<string, unknown>;
export type AuditPage = Narrowed<'AuditPage', { data: AuditEntry[] }>;
export type AuditFacets = Served<Schemas['AuditFacets']>;
export type AuditVerified = Served<Schemas['AuditVerified']>;
