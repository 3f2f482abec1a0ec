import { MutationCache, QueryCache, QueryClient } from '@tanstack/react-query';
import { ApiError } from '@/api/client';

type Listeners = {
  /** A read was refused because nobody is signed in any more. */
  onSignedOut: () => void;
  /** A change was refused with 401: the session may be over, or a password typed wrongly. */
  onMaybeSignedOut: () => void;
};

export function createQueryClient({ onSignedOut, onMaybeSignedOut }: Listeners): QueryClient {
  return new QueryClient({
    queryCache: new QueryCache({
      onError: (error) => {
        if (error instanceof ApiError && error.status === 401) onSignedOut();
      },
    }),
    mutationCache: new MutationCache({
      onError: (error) => {
        if (error instanceof ApiError && error.status === 401) onMaybeSignedOut();
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
