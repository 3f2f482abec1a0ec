/**
 * Whether the server answers. Any request that fails to reach it, or is told 503, marks the
 * connection as down; from then on it is asked by itself until it is back. Not a React hook: the
 * API client and the interface share it.
 */

export type ConnectionState =
  { status: 'up' } | { status: 'down'; reason: 'unreachable' | 'unavailable'; since: number; retryAt: number };

const UP: ConnectionState = { status: 'up' };
const SLOWEST_RETRY_MS = 15_000;

let state: ConnectionState = UP;
let timer: ReturnType<typeof setTimeout> | undefined;
let attempts = 0;
const listeners = new Set<() => void>();

export function connectionState(): ConnectionState {
  return state;
}

export function onConnectionChange(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

export function reportDown(reason: 'unreachable' | 'unavailable', retryAfterSeconds?: number): void {
  const since = state.status === 'down' ? state.since : Date.now();
  if (state.status === 'down' && timer !== undefined && state.reason === reason) return;
  const delay = Math.min(
    retryAfterSeconds ? retryAfterSeconds * 1000 : 1000 * 2 ** Math.min(attempts, 4),
    SLOWEST_RETRY_MS,
  );
  schedule({ status: 'down', reason, since, retryAt: Date.now() + delay }, delay);
}

/**
 * An answer that sounds like an outage. It may be that of someone behind the server, such as a registry
 * or a runtime; then the server itself says that it is ready, and nothing is down here.
 */
export async function reportOutage(reason: 'unreachable' | 'unavailable', retryAfterSeconds?: number): Promise<void> {
  if (state.status === 'up' && (await isReady())) return;
  reportDown(reason, retryAfterSeconds);
}

export function retryNow(): void {
  clearTimeout(timer);
  timer = undefined;
  void probe();
}

function schedule(next: ConnectionState, delay: number): void {
  clearTimeout(timer);
  timer = setTimeout(() => {
    timer = undefined;
    void probe();
  }, delay);
  set(next);
}

async function probe(): Promise<void> {
  attempts += 1;
  try {
    const response = await fetch('/ready', { cache: 'no-store' });
    if (response.ok) {
      attempts = 0;
      clearTimeout(timer);
      timer = undefined;
      set(UP);
      return;
    }
    const after = Number(response.headers.get('retry-after'));
    // A proxy in front answers 502 or 504 when nothing listens behind it.
    reportDown(response.status === 503 ? 'unavailable' : 'unreachable', after > 0 ? after : undefined);
  } catch {
    reportDown('unreachable');
  }
}

async function isReady(): Promise<boolean> {
  try {
    return (await fetch('/ready', { cache: 'no-store' })).ok;
  } catch {
    return false;
  }
}

function set(next: ConnectionState): void {
  state = next;
  for (const listener of listeners) listener();
}
