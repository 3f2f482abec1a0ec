/** What state a server is in, in words and in colour. Pure. */
import type { InstallationStatus, McpServer, Progress, ServerChange } from '@/api/mcp';
import type { STATES } from '@/features/mcp-servers/search';
import { formatBytes } from '@/lib/format';

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

/** How much of a step is done, where it has a measure. */
export function percentOf(progress: Progress | null): number | null {
  if (progress === null || progress.current === null || !progress.total) return null;
  return Math.min(100, Math.floor((progress.current / progress.total) * 100));
}

/** What is going on, in words, with its measure. */
export function activityOf(server: Pick<McpServer, 'statusDetail' | 'progress'>): string | null {
  const percent = percentOf(server.progress);
  const words = server.progress?.step ?? server.statusDetail;
  if (percent === null || words === null || words === undefined) return words ?? null;
  return `${words}, ${percent} % of ${formatBytes(server.progress?.total)}`;
}

export function withChange(server: McpServer, change: ServerChange): McpServer {
  return {
    ...server,
    localInstallationStatus: change.localInstallationStatus,
    localInstallationError: change.localInstallationError,
    statusDetail: change.statusDetail,
    startedAt: change.startedAt,
    progress: change.progress,
    restarts: change.restarts,
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
