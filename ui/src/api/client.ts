/** The one place that talks HTTP to the admin API: same origin, cookie session, JSON both ways. */
import { reportDown, reportOutage } from '@/api/connection';

export type Query = Record<string, string | number | boolean | null | undefined>;

/** Nothing the interface asks for takes this long; whoever waits longer should be told. */
const PATIENCE_MS = 20_000;

/** What the server said no with; `status` is 0 when it could not be reached at all. */
export class ApiError extends Error {
  constructor(
    readonly status: number,
    readonly type: string,
    message: string,
    readonly retryAfter?: number,
  ) {
    super(message);
    this.name = 'ApiError';
  }

  /** The server is away or not ready; asking again later makes sense and the banner says so. */
  get isOutage(): boolean {
    return this.status === 0 || (this.status >= 502 && this.status <= 504);
  }
}

export function get<T>(path: string, query?: Query, signal?: AbortSignal): Promise<T> {
  return send<T>('GET', withQuery(path, query), undefined, signal);
}

/** `patience` is for what takes longer by its nature, as a backup does. A blob is sent as what it says it is. */
export function post<T>(path: string, body: unknown = {}, patience = PATIENCE_MS): Promise<T> {
  return send<T>('POST', path, body, undefined, patience);
}

export function put<T>(path: string, body: unknown): Promise<T> {
  return send<T>('PUT', path, body);
}

export function patch<T>(path: string, body: unknown): Promise<T> {
  return send<T>('PATCH', path, body);
}

export function del<T>(path: string): Promise<T> {
  return send<T>('DELETE', path);
}

export function withQuery(path: string, query: Query = {}): string {
  const params = new URLSearchParams();
  for (const [key, value] of Object.entries(query)) {
    if (value !== undefined && value !== null && value !== '') params.set(key, String(value));
  }
  const text = params.toString();
  return text === '' ? path : `${path}?${text}`;
}

async function send<T>(
  method: string,
  path: string,
  body?: unknown,
  signal?: AbortSignal,
  patienceMs = PATIENCE_MS,
): Promise<T> {
  const init: RequestInit = { method, credentials: 'same-origin', headers: { accept: 'application/json' } };
  const patience = AbortSignal.timeout(patienceMs);
  init.signal = signal ? AbortSignal.any([signal, patience]) : patience;
  if (body instanceof Blob) init.body = body;
  else if (body !== undefined) {
    init.body = JSON.stringify(body);
    init.headers = { accept: 'application/json', 'content-type': 'application/json' };
  }
  let response: Response;
  try {
    response = await reach(path, init);
  } catch (cause) {
    if (signal?.aborted) throw cause;
    reportDown('unreachable');
    const message = patience.aborted
      ? `The server did not answer within ${patienceMs / 1000} seconds.`
      : 'The Archestra server cannot be reached.';
    throw new ApiError(0, 'network_error', message);
  }
  if (response.ok) return (await readJson(response)) as T;
  throw await failure(response);
}

/**
 * A browser drops every request under way when the machine's network changes, and each container that starts
 * changes it. Reading is therefore tried a second time before anyone hears of it.
 */
async function reach(path: string, init: RequestInit): Promise<Response> {
  try {
    return await fetch(path, init);
  } catch (cause) {
    if (init.method !== 'GET' || init.signal?.aborted) throw cause;
    return fetch(path, init);
  }
}

async function failure(response: Response): Promise<ApiError> {
  const after = Number(response.headers.get('retry-after'));
  const retryAfter = after > 0 ? after : undefined;
  const body = await readJson(response);
  const { type, message } = errorOf(body);
  const error = new ApiError(
    response.status,
    type ?? 'unknown_error',
    message ?? `The server answered ${response.status} ${response.statusText}`.trim(),
    retryAfter,
  );
  if (error.isOutage) await reportOutage(response.status === 503 ? 'unavailable' : 'unreachable', retryAfter);
  return error;
}

async function readJson(response: Response): Promise<unknown> {
  const text = await response.text();
  if (text === '') return null;
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return null;
  }
}

function errorOf(body: unknown): { type?: string; message?: string } {
  if (typeof body !== 'object' || body === null || !('error' in body)) return {};
  const { error } = body;
  if (typeof error !== 'object' || error === null) return {};
  return {
    type: 'type' in error && typeof error.type === 'string' ? error.type : undefined,
    message: 'message' in error && typeof error.message === 'string' ? error.message : undefined,
  };
}
