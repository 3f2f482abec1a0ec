/** Shapes of the admin API's MCP half. */
import type { Label } from '@/api/types';

export type Scope = 'personal' | 'team' | 'org';
export type ServerType = 'local' | 'remote' | 'builtin';
export type Value = string | number | boolean | string[] | null;

/** Stored as it was sent: what was left out stays left out. */
export type EnvironmentVariable = {
  key: string;
  type: 'plain_text' | 'secret' | 'boolean' | 'number';
  promptOnInstallation: boolean;
  value?: string | null;
  default?: Value;
  description?: string | null;
  required?: boolean;
  /** The value is a file at /secrets/KEY instead of a variable. */
  mounted?: boolean;
};

export type LocalConfig = {
  command?: string | null;
  arguments?: string[] | null;
  environment?: EnvironmentVariable[] | null;
  dockerImage?: string | null;
  transportType?: 'stdio' | 'streamable-http' | null;
  httpPort?: number | null;
  httpPath?: string | null;
  serviceAccount?: string | null;
};

export type UserConfigField = {
  type: 'string' | 'number' | 'boolean' | 'directory' | 'file';
  title: string;
  description: string;
  required?: boolean;
  default?: Value;
  multiple?: boolean;
  sensitive?: boolean;
  min?: number;
  max?: number;
};

export type OAuthConfig = {
  name: string;
  server_url: string;
  client_id: string;
  client_secret?: string;
  redirect_uris: string[];
  scopes: string[];
  default_scopes: string[];
  supports_resource_metadata: boolean;
};

/** What describes a server, whether it is in the registry or only offered. */
export type CatalogDescription = {
  name: string;
  description: string | null;
  version: string | null;
  instructions: string | null;
  repository: string | null;
  docsUrl: string | null;
  icon: string | null;
  requiresAuth: boolean;
  authDescription: string | null;
  serverType: ServerType;
  serverUrl: string | null;
  localConfig: LocalConfig | null;
  userConfig: Record<string, UserConfigField> | null;
  oauthConfig: OAuthConfig | null;
  labels: Label[];
};

export type CatalogItem = CatalogDescription & {
  id: string;
  scope: Scope;
  teams: { id: string; name: string }[];
  authorName: string | null;
  toolCount: number;
  installationCount: number;
  createdAt: string;
  updatedAt: string;
};

export type CatalogInput = Partial<CatalogDescription> & { name: string; serverType: ServerType; scope?: Scope };

/** What it leaves out is not set; the rest is what can be added to the registry as it is. */
export type OfferedServer = Partial<CatalogDescription> &
  Pick<CatalogDescription, 'name' | 'serverType'> & {
    slug: string;
    title: string;
    category: string | null;
    testedAt: string | null;
    testedVersion: string | null;
    toolCount: number | null;
    needs: string[];
    catalogId: string | null;
    warnings: string[];
  };

export type BuiltinCatalog = { asOf: string; items: OfferedServer[] };
export type RegistryPage = { items: OfferedServer[]; nextCursor: string | null; source: string; fetchedAt: string };

export type FoundSecret = { place: string; key: string; masked: string; reason: string };
export type ImportedServer = { item: CatalogInput; secrets: FoundSecret[]; warnings: string[] };
export type ImportReview = { format: string; servers: ImportedServer[] };

export type InstallationStatus = 'idle' | 'pending' | 'discovering-tools' | 'success' | 'error';
export type RuntimeId = 'docker' | 'kubernetes' | 'process';

/** The last time it fell over: why, and what it said in that run and in the one before. */
export type Crash = { at: string; exitCode: number | null; cause: string; log: string[]; previousLog: string[] };

export type Progress = { step: string; current: number | null; total: number | null };

/** What changes by itself while one looks at a server; comes over the live stream. */
export type ServerChange = {
  id: string;
  name: string;
  localInstallationStatus: InstallationStatus;
  localInstallationError: string | null;
  /** What is going on, in words. */
  statusDetail: string | null;
  startedAt: string | null;
  progress: Progress | null;
  restarts: number;
};

export type ServerUsage = {
  calls: number;
  errors: number;
  p50Ms: number | null;
  p95Ms: number | null;
  series: number[];
};

export type McpServer = {
  id: string;
  name: string;
  localInstallationStatus: InstallationStatus;
  localInstallationError: string | null;
  statusDetail: string | null;
  startedAt: string | null;
  progress: Progress | null;
  restarts: number;
  lastCrash: Crash | null;
  toolCount: number;
  pendingToolCount: number;
  catalogId: string;
  catalogName: string | null;
  serverType: ServerType;
  scope: Scope;
  ownerId: string | null;
  ownerEmail: string | null;
  teamId: string | null;
  teamDetails: { teamId: string; name: string } | null;
  runtime: RuntimeId | null;
  runtimeDetail: string | null;
  clusterId: string | null;
  desired: 'running' | 'stopped';
  usage: ServerUsage;
  reinstallRequired: boolean;
  oauthRefreshError: string | null;
  environmentValues: Record<string, string>;
  userConfigValues: Record<string, string>;
  createdAt: string;
  updatedAt: string;
};

export type InstallInput = {
  catalogId: string;
  name: string;
  scope: Scope;
  teamId: string | null;
  runtime: RuntimeId | null;
  clusterId: string | null;
  environmentValues: Record<string, string>;
  userConfigValues: Record<string, string>;
  accessToken?: string;
  /** What a sign-in in the browser left. */
  secretId?: string;
  agentIds: string[];
};

export type ToolDefinition = { name: string; description: string | null; inputSchema: unknown };

export type ServerTool = {
  id: string;
  name: string;
  rawName: string;
  title: string | null;
  description: string | null;
  parameters: unknown;
  annotations: Record<string, unknown> | null;
  tokens: number;
  paused: boolean;
  approvedAt: string | null;
  flags: string[];
  pending: { detectedAt: string; before: ToolDefinition; after: ToolDefinition } | null;
  assignedAgentCount: number;
  assignedAgents: { id: string; name: string }[];
  createdAt: string;
};

export type ServerLogs = {
  logs: string;
  command: string | null;
  containerName: string | null;
  namespace: string | null;
};

export type WireMessage = { at: string; direction: 'sent' | 'received'; message: unknown };
export type Inspection = {
  messages: WireMessage[];
  result: unknown;
  error: { code: number; message: string; data?: unknown } | null;
  durationMs: number;
};

export type UsageDetail = Omit<ServerUsage, 'series'> & {
  series: { t: string; calls: number; errors: number }[];
  tools: { name: string; calls: number; errors: number; p95Ms: number | null }[];
};

export type Tool = {
  id: string;
  name: string;
  rawName: string;
  title: string | null;
  description: string | null;
  catalogId: string | null;
  catalogName: string | null;
  serverType: ServerType;
  tokens: number;
  paused: boolean;
  assignedAgentCount: number;
};

export type CredentialMode = 'static' | 'dynamic';

export type AgentTool = {
  id: string;
  agent: { id: string; name: string };
  tool: {
    id: string;
    name: string;
    description: string | null;
    catalogId: string | null;
    catalogName: string | null;
    tokens: number;
    paused: boolean;
  };
  mcpServerId: string | null;
  credentialResolutionMode: CredentialMode | 'enterprise_managed';
  responseModifierTemplate: string | null;
  createdAt: string;
};

export type AgentToolPage = { data: AgentTool[]; pagination: { total: number; hasNext: boolean } };
export type AssignmentInput = {
  agentId: string;
  toolId: string;
  mcpServerId: string | null;
  credentialResolutionMode: CredentialMode;
};
export type AssignmentResult = {
  succeeded: unknown[];
  failed: { toolId: string; error: string }[];
  duplicates: unknown[];
};

export type Runtime = {
  id: RuntimeId;
  name: string;
  health:
    | { status: 'available'; version: string | null; detail: string | null; isolation: string | null }
    | { status: 'unavailable'; cause: string; fix: { text: string; command: string | null; url: string | null } };
  capabilities: string[];
  serverCount: number;
};

export type Cluster = {
  id: string;
  name: string;
  source: 'in-cluster' | 'environment' | 'kubeconfig';
  context: string | null;
  namespace: string;
  serverUrl: string | null;
  serverCount: number;
  status: 'unopened' | 'available' | 'unreachable';
  version: string | null;
  detail: string | null;
  checkedAt: string | null;
};

export type KubeContext = {
  name: string;
  cluster: string;
  server: string;
  user: string;
  namespace: string | null;
  current: boolean;
  problem: string | null;
};
export type KubeconfigReview = { contexts: KubeContext[]; refused: string[] };
export type ClusterInput = { name: string; kubeconfig: string; context: string; namespace: string };
export type Permission = { verb: string; resource: string; allowed: boolean; why: string };
export type ClusterCheck = {
  reachable: boolean;
  version: string | null;
  latencyMs: number | null;
  cause: string | null;
  fix: string | null;
  permissions: Permission[];
};

export type ToolCall = {
  id: string;
  createdAt: string;
  agentId: string | null;
  agentName: string | null;
  mcpServerId: string | null;
  mcpServerName: string;
  method: string;
  toolName: string | null;
  toolCall: { id: string; name: string; arguments: Record<string, unknown> } | null;
  toolResult: unknown;
  isError: boolean;
  error: string | null;
  durationMs: number | null;
  resultBytes: number | null;
  /** Arguments or result were too long to keep whole. */
  truncated: boolean;
  userId: string | null;
  userName: string | null;
  tokenName: string | null;
  authMethod: string | null;
  session: string | null;
  client: string | null;
};

export type ToolCallPage = { data: ToolCall[]; pagination: { total: number }; nextBefore: string | null };
export type FacetValue = { value: string; label: string; count: number };
export type ToolCallFacets = Record<'agents' | 'servers' | 'tools' | 'methods' | 'outcomes', FacetValue[]>;

export type Token = {
  id: string;
  name: string;
  team: { id: string; name: string } | null;
  isOrganizationToken: boolean;
  tokenStart: string;
  createdAt: string;
  lastUsedAt: string | null;
};
export type UserToken = Omit<Token, 'team' | 'isOrganizationToken'>;

export type Team = { id: string; name: string; description: string | null };

export type RequestNote = { id: string; userId: string; userName: string; content: string; createdAt: string };
export type InstallationRequest = {
  id: string;
  status: 'pending' | 'approved' | 'declined';
  externalCatalogId: string | null;
  customServerConfig: unknown;
  requestReason: string | null;
  requestedBy: string;
  requestedByName: string | null;
  adminResponse: string | null;
  reviewedAt: string | null;
  notes: RequestNote[];
  createdAt: string;
};
