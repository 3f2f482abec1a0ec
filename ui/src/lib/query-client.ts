import { QueryCache, QueryClient } from '@tanstack/react-query';
import { ApiError } from '@/api/client';

/** `onSignedOut` runs when the server no longer knows the session, in whatever request it shows. */
export function createQueryClient(onSignedOut: () => void): QueryClient {
  return new QueryClient({
    queryCache: new QueryCache({
      onError: (error) => {
        if (error instanceof ApiError && error.status === 401) onSignedOut();
      },
    }),
    defaultOptions: {
      queries: {
        // The server may be on this very machine: being offline says nothing about it.
        networkMode: 'always',
        staleTime: 10_000,
        // An outage is waited for by the connection, and a refusal stays one.
        retry: false,
      },
      mutations: { networkMode: 'always' },
    },
  });
}
