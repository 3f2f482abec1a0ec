/**
 * Shapes of the admin API's MCP half, generated from the server's own description. The server has some sets of words as
 * text, so that a plug-in needs no new type; those this interface knows by heart are narrowed here.
 */
import type { components } from '@/api/schema';
import type { Label, Served } from '@/api/types';

type Schemas = components['schemas'];
export type Narrowed<Name extends keyof Schemas, Change extends { [Key in keyof Change]: unknown }> = Omit<
  Served<Schemas[Name]>,
  keyof Change
> &
  (Exclude<keyof Change, keyof Schemas[Name]> extends never ? Change : never);

export type Scope = 'personal' | 'team' | 'org';
export type ServerType = 'local' | 'remote' | 'builtin';
export type RuntimeId = 'docker' | 'kubernetes' | 'process';
export type InstallationStatus = 'idle' | 'pending' | 'discovering-tools' | 'success' | 'error';
export type CredentialMode = 'static' | 'dynamic';
export type Value = string | number | boolean | string[] | null;

// What was stored is echoed as it was sent: what was left out stays left out.

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

type Configs = {
  serverType: ServerType;
  localConfig: LocalConfig | null;
  userConfig: Record<string, UserConfigField> | null;
  oauthConfig: OAuthConfig | null;
  labels: Label[];
};

export type CatalogItem = Narrowed<'CatalogItem', Configs & { scope: Scope }>;

/** What describes a server, whether it is in the registry or only offered. */
export type CatalogDescription = Pick<
  CatalogItem,
  | 'name'
  | 'description'
  | 'version'
  | 'instructions'
  | 'repository'
  | 'docsUrl'
  | 'icon'
  | 'requiresAuth'
  | 'authDescription'
  | 'serverType'
  | 'serverUrl'
  | 'localConfig'
  | 'userConfig'
  | 'oauthConfig'
  | 'labels'
>;

export type CatalogInput = Partial<CatalogDescription> & { name: string; serverType: ServerType; scope?: Scope };

/** What it leaves out is not set; the rest is what can be added to the registry as it is. */
export type OfferedServer = Omit<Served<Schemas['OfferedServer']>, keyof Schemas['CatalogInput']> &
  Partial<CatalogDescription> &
  Pick<CatalogDescription, 'name' | 'serverType'>;

export type BuiltinCatalog = Narrowed<'BuiltinCatalog', { items: OfferedServer[] }>;
export type RegistryPage = Narrowed<'RegistryPage', { items: OfferedServer[] }>;

export type ImportedServer = Narrowed<'ImportedServer', { item: CatalogInput }>;
export type ImportReview = Narrowed<'ImportReview', { servers: ImportedServer[] }>;

/** The last time it fell over: why, and what it said in that run and in the one before. */
export type Crash = { at: string; exitCode: number | null; cause: string; log: string[]; previousLog: string[] };
export type Progress = Served<Schemas['Progress']>;

export type McpServer = Narrowed<
  'McpServer',
  {
    serverType: ServerType;
    scope: Scope;
    runtime: RuntimeId | null;
    desired: 'running' | 'stopped';
    localInstallationStatus: InstallationStatus;
    lastCrash: Crash | null;
    environmentValues: Record<string, string>;
    userConfigValues: Record<string, string>;
  }
>;

/** What changes by itself while one looks at a server; comes over the live stream. */
export type ServerChange = Pick<
  McpServer,
  | 'id'
  | 'name'
  | 'localInstallationStatus'
  | 'localInstallationError'
  | 'statusDetail'
  | 'startedAt'
  | 'progress'
  | 'restarts'
>;

export type InstallInput = Schemas['InstallInput'];

export type ToolDefinition = Served<Schemas['ToolDefinition']>;
export type ServerTool = Narrowed<'Tool', { serverType: ServerType; annotations: Record<string, unknown> | null }>;
export type Tool = ServerTool;

export type ServerLogs = Served<Schemas['ServerLogs']>;
export type WireMessage = Served<Schemas['WireMessage']>;
export type Inspection = Narrowed<'Inspection', { result: unknown }>;
export type UsageDetail = Served<Schemas['UsageDetail']>;

export type AgentTool = Narrowed<'AgentTool', { credentialResolutionMode: CredentialMode | 'enterprise_managed' }>;
export type AgentToolPage = Narrowed<'AgentToolPage', { data: AgentTool[] }>;
export type AssignmentInput = {
  agentId: string;
  toolId: string;
  mcpServerId: string | null;
  credentialResolutionMode: CredentialMode;
};
export type AssignmentResult = Served<Schemas['BulkAssigned']>;

/** How a server in a container holds the engine of that container. */
export type Hold = 'socket' | 'network';
export type RuntimeHealth =
  | { status: 'available'; version: string; detail: string; isolation: string; hold: Hold | null }
  | { status: 'unavailable'; cause: string; fix: Served<Schemas['Fix']> };
export type Runtime = Narrowed<'Runtime', { id: RuntimeId; health: RuntimeHealth }>;

export type Cluster = Narrowed<
  'Cluster',
  { source: 'in-cluster' | 'environment' | 'kubeconfig'; status: 'unopened' | 'available' | 'unreachable' }
>;
export type KubeContext = Served<Schemas['KubeContext']>;
export type KubeconfigReview = Served<Schemas['KubeconfigReview']>;
export type ClusterInput = Schemas['ClusterInput'];
export type Permission = Served<Schemas['Permission']>;
export type ClusterCheck = Served<Schemas['ClusterCheck']>;

export type ToolCall = Narrowed<
  'ToolCall',
  { toolCall: { id: string; name: string; arguments: Record<string, unknown> } | null; toolResult: unknown }
>;
export type ToolCallPage = Narrowed<'ToolCallPage', { data: ToolCall[] }>;
export type ToolCallFacets = Served<Schemas['ToolCallFacets']>;

export type Token = Served<Schemas['Token']>;
export type UserToken = Served<Schemas['UserToken']>;
export type Team = Served<Schemas['Team']>;

export type InstallationRequest = Narrowed<
  'InstallationRequest',
  { status: 'pending' | 'approved' | 'declined'; customServerConfig: unknown }
>;
