/** Shapes of the admin API as the server answers them. */

export type Page<T> = { data: T[]; pagination: Pagination };

export type Pagination = {
  currentPage: number;
  limit: number;
  total: number;
  totalPages: number;
  hasNext: boolean;
  hasPrev: boolean;
};

export type PublicConfig = {
  version: string;
  apiBaseUrl: string;
  frontendUrl: string;
  disableBasicAuth: boolean;
  disableInvitations: boolean;
  desktop: boolean;
  defaultCredentialsEnabled: boolean;
  analytics: { enabled: boolean; destinationConfigured: boolean };
};

export type Readiness = {
  status: string;
  checks: Record<string, { status: string; detail?: string | null }>;
};

export type User = {
  id: string;
  name: string;
  email: string;
  role: string;
  mustChangePassword: boolean;
  createdAt: string;
};

export type CurrentSession = {
  session: { id: string; createdAt: string; expiresAt: string; ipAddress: string | null; userAgent: string | null };
  user: User;
};

export type Session = {
  id: string;
  createdAt: string;
  expiresAt: string;
  lastUsedAt: string | null;
  ipAddress: string | null;
  userAgent: string | null;
  current: boolean;
};

export type ApiKey = {
  id: string;
  name: string;
  start: string;
  prefix: string;
  createdAt: string;
  expiresAt: string | null;
  lastRequest: string | null;
};

export type CreatedApiKey = {
  id: string;
  name: string;
  start: string;
  prefix: string;
  key: string;
  expiresAt: string | null;
  createdAt: string;
};

export type Label = { key: string; value: string };

export type Agent = {
  id: string;
  name: string;
  slug: string;
  agentType: string;
  description: string | null;
  isDefault: boolean;
  labels: Label[];
  createdAt: string;
  updatedAt: string;
  lastUsedAt: string | null;
};

export type Outcome = 'ok' | 'client_error' | 'upstream_error' | 'client_left' | 'proxy_error';

export type Interaction = {
  id: string;
  createdAt: string;
  agentId: string | null;
  agentName: string | null;
  externalAgentId: string | null;
  userId: string | null;
  userName: string | null;
  sessionId: string | null;
  sessionSource: string | null;
  provider: string;
  type: string;
  model: string | null;
  requestedModel: string | null;
  stream: boolean;
  status: number;
  outcome: string;
  error: string | null;
  inputTokens: number | null;
  outputTokens: number | null;
  cacheReadTokens: number | null;
  cacheWriteTokens: number | null;
  cost: number | null;
  firstByteMs: number | null;
  durationMs: number;
  toolCallCount: number;
  requestBytes: number;
  responseBytes: number;
};

export type InteractionDetail = Interaction & {
  request: unknown;
  response: unknown;
  requestText?: string | null;
  responseText?: string | null;
  truncated: boolean;
};

export type InteractionPage = Page<Interaction> & { nextBefore: string | null };

export type Facet = { value: string; label: string; count: number };

export type InteractionFacets = {
  providers: Facet[];
  models: Facet[];
  agents: Facet[];
  outcomes: Facet[];
  types: Facet[];
  total: number;
};

export type SeriesPoint = { t: string; v: number };
export type StatCard = { value: number; previous: number; series: SeriesPoint[] };

export type Attention = {
  id: string;
  severity: 'info' | 'warning' | 'error';
  title: string;
  detail: string;
  actionLabel: string | null;
  actionHref: string | null;
};

export type TopModel = { model: string; provider: string; requests: number; cost: number; tokens: number };
export type TopAgent = {
  id: string;
  name: string | null;
  requests: number;
  cost: number;
  tokens: number;
};

export type Home = {
  since: string;
  cards: {
    requests: StatCard;
    cost: StatCard & { unknownCount: number };
    tokens: StatCard & { input: number; output: number; cacheRead: number };
    errors: StatCard;
  };
  attention: Attention[];
  recent: Interaction[];
  topModels: TopModel[];
  topAgents: TopAgent[];
};

export type TokenPrice = {
  id: string;
  provider: string;
  model: string;
  pricePerMillionInput: string;
  pricePerMillionOutput: string;
  pricePerMillionCacheRead: string | null;
  pricePerMillionCacheWrite: string | null;
  source: 'builtin' | 'custom';
  asOf: string | null;
  createdAt: string | null;
  updatedAt: string | null;
};

export type UnpricedModel = { provider: string; model: string; requests: number; lastSeenAt: string };

export type Organization = { name: string; analyticsConsent?: boolean | null };
