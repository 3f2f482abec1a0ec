/** What state a server is in, in words and in colour. Pure. */
import type { InstallationStatus, McpServer, ServerStatus } from '@/api/mcp';
import type { STATES } from '@/features/mcp-servers/search';

export type ServerState = (typeof STATES)[number];
type Look = { state: ServerState; label: string; tone: 'ok' | 'accent' | 'bad' | 'neutral' };

type Facts = Pick<McpServer, 'localInstallationStatus' | 'desired' | 'serverType'>;

export function serverLook({ localInstallationStatus, desired, serverType }: Facts): Look {
  if (desired === 'stopped') return { state: 'stopped', label: 'Stopped', tone: 'neutral' };
  switch (localInstallationStatus) {
    case 'success':
      return { state: 'running', label: serverType === 'remote' ? 'Connected' : 'Running', tone: 'ok' };
    case 'pending':
      return { state: 'working', label: 'Starting', tone: 'accent' };
    case 'discovering-tools':
      return { state: 'working', label: 'Reading its tools', tone: 'accent' };
    case 'error':
      return { state: 'failed', label: 'Failed', tone: 'bad' };
    case 'idle':
      return { state: 'stopped', label: 'Not started', tone: 'neutral' };
  }
}

/** Whether there is nothing more to wait for. */
export function isSettled(status: InstallationStatus): boolean {
  return status === 'success' || status === 'error';
}

/** The share of a step that is done, where its words name one: "pulling the image, 41 %". */
export function percentIn(detail: string | null): number | null {
  const found = /(\d{1,3})(?:\.\d+)?\s?%/.exec(detail ?? '')?.[1];
  return found === undefined ? null : Math.min(100, Number(found));
}

export function withStatus(server: McpServer, status: ServerStatus): McpServer {
  return {
    ...server,
    localInstallationStatus: status.status,
    localInstallationError: status.error,
    statusDetail: status.detail,
    restarts: status.restarts,
    runtime: status.runtime ?? server.runtime,
  };
}

/** Where it runs, in one or two words. */
export function placeOf(server: Pick<McpServer, 'serverType' | 'runtime' | 'runtimeDetail'>): string {
  if (server.serverType === 'builtin') return 'Built in';
  if (server.serverType === 'remote') return 'Remote';
  return server.runtimeDetail ?? runtimeName(server.runtime);
}

export function runtimeName(runtime: string | null): string {
  switch (runtime) {
    case 'docker':
      return 'Docker';
    case 'kubernetes':
      return 'Kubernetes';
    case 'process':
      return 'Process';
    default:
      return runtime ?? 'Not placed yet';
  }
}

export function ownerOf(server: Pick<McpServer, 'scope' | 'teamDetails' | 'ownerEmail'>): string {
  if (server.scope === 'org') return 'Everyone';
  if (server.scope === 'team') return server.teamDetails?.name ?? 'A team';
  return server.ownerEmail ?? 'Personal';
}

/** The failed ones first, then what is on its way, then by name. */
export function byUrgency(a: McpServer, b: McpServer): number {
  const rank: Record<ServerState, number> = { failed: 0, working: 1, running: 2, stopped: 3 };
  return rank[serverLook(a).state] - rank[serverLook(b).state] || a.name.localeCompare(b.name);
}
