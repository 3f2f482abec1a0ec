/** The lines of a running server as it writes them. */
import { useEffect, useState } from 'react';
import { appended, EMPTY_LOG, type LogBuffer } from '@/features/mcp-servers/log-lines';
import { logStreamUrl } from '@/features/mcp-servers/queries';

const RETRY_MS = 3000;

export type LogStream = { buffer: LogBuffer; state: 'connecting' | 'open' | 'failed'; cause: string | null };

/** Follows while mounted; a stream that ends (the container was replaced) is opened again. */
export function useLogStream(serverId: string): LogStream {
  const [stream, setStream] = useState<LogStream>({ buffer: EMPTY_LOG, state: 'connecting', cause: null });
  useEffect(() => {
    const abort = new AbortController();
    let retry: ReturnType<typeof setTimeout> | undefined;
    const follow = () => {
      void read(serverId, abort.signal, setStream).then(() => {
        if (!abort.signal.aborted) retry = setTimeout(follow, RETRY_MS);
      });
    };
    follow();
    return () => {
      abort.abort();
      clearTimeout(retry);
    };
  }, [serverId]);
  return stream;
}

async function read(
  serverId: string,
  signal: AbortSignal,
  update: (next: (old: LogStream) => LogStream) => void,
): Promise<void> {
  try {
    const response = await fetch(logStreamUrl(serverId), { signal, credentials: 'same-origin' });
    if (!response.ok || response.body === null) throw new Error(await refusal(response));
    // What was shown before comes again from the start.
    update(() => ({ buffer: EMPTY_LOG, state: 'open', cause: null }));
    const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return;
      update((old) => ({ ...old, buffer: appended(old.buffer, value) }));
    }
  } catch (cause) {
    if (signal.aborted) return;
    const message = cause instanceof Error ? cause.message : 'The stream broke off.';
    update((old) => ({ ...old, state: 'failed', cause: message }));
  }
}

async function refusal(response: Response): Promise<string> {
  const body = (await response.json().catch(() => null)) as { error?: { message?: string } } | null;
  return body?.error?.message ?? `The server answered ${response.status}.`;
}
