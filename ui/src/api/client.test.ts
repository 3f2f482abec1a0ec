import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { ApiError, get, post, withQuery } from '@/api/client';
import { connectionState, retryNow } from '@/api/connection';

/** What the network answers, by path. */
const answers = new Map<string, () => Response>();

beforeEach(() => {
  vi.useFakeTimers();
  vi.stubGlobal('fetch', (path: string) => {
    const answer = answers.get(path);
    if (!answer) return Promise.reject(new TypeError('connection refused'));
    return new Promise((resolve) => resolve(answer()));
  });
});

afterEach(async () => {
  answers.set('/ready', () => Response.json({ status: 'ok' }));
  retryNow();
  await vi.waitFor(() => expect(connectionState().status).toBe('up'));
  answers.clear();
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

describe('a query', () => {
  it('leaves out what is not set and escapes the rest', () => {
    expect(withQuery('/api/x', { a: undefined, b: null, c: '', d: 'a&b', e: 0 })).toBe('/api/x?d=a%26b&e=0');
    expect(withQuery('/api/x', {})).toBe('/api/x');
  });
});

describe('a refusal', () => {
  it('carries the words, the type and the pause the server asked for', async () => {
    const body = { error: { message: 'Slow down', type: 'api_rate_limit_error' } };
    answers.set('/api/x', () => Response.json(body, { status: 429, headers: { 'retry-after': '7' } }));
    const error = await get('/api/x').catch((caught: unknown) => caught);
    expect(error).toMatchObject({ status: 429, type: 'api_rate_limit_error', message: 'Slow down', retryAfter: 7 });
    expect(connectionState().status).toBe('up');
  });

  it('is readable even if a proxy in front answered with a page', async () => {
    answers.set('/api/x', () => new Response('<html>teapot</html>', { status: 418, statusText: "I'm a teapot" }));
    const error = await get('/api/x').catch((caught: unknown) => caught);
    expect(error).toBeInstanceOf(ApiError);
    expect((error as ApiError).message).toContain('418');
  });
});

describe('a request that the browser dropped', () => {
  it('is read a second time before anyone hears of it, but never sent twice', async () => {
    let asked = 0;
    answers.set('/api/x', () => {
      asked += 1;
      if (asked === 1) throw new TypeError('network changed');
      return Response.json({ ok: true });
    });
    expect(await get('/api/x')).toEqual({ ok: true });
    expect(connectionState().status).toBe('up');
    asked = 0;
    await expect(post('/api/x')).rejects.toMatchObject({ status: 0 });
    expect(asked).toBe(1);
  });
});

describe('the connection', () => {
  it('is down when nothing answers, and asks by itself until it is up again', async () => {
    await expect(get('/api/x')).rejects.toMatchObject({ status: 0 });
    expect(connectionState()).toMatchObject({ status: 'down', reason: 'unreachable' });
    await vi.advanceTimersByTimeAsync(1100);
    expect(connectionState().status).toBe('down');
    answers.set('/ready', () => Response.json({ status: 'ok' }));
    await vi.advanceTimersByTimeAsync(20_000);
    expect(connectionState().status).toBe('up');
  });

  it('waits as long as the server asks when it is not ready', async () => {
    answers.set('/api/x', () => Response.json({ error: {} }, { status: 503, headers: { 'retry-after': '9' } }));
    const before = Date.now();
    await expect(get('/api/x')).rejects.toMatchObject({ status: 503 });
    const state = connectionState();
    expect(state).toMatchObject({ status: 'down', reason: 'unavailable' });
    expect(state.status === 'down' && state.retryAt - before).toBe(9000);
  });

  it('stays up when it is someone behind the server who is away', async () => {
    answers.set('/ready', () => Response.json({ status: 'ok' }));
    answers.set('/api/x', () => Response.json({ error: { message: 'The registry is away' } }, { status: 503 }));
    await expect(get('/api/x')).rejects.toMatchObject({ message: 'The registry is away' });
    expect(connectionState().status).toBe('up');
  });
});
