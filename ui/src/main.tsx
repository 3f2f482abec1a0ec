import { hashKey, QueryClientProvider } from '@tanstack/react-query';
import { createRouter, RouterProvider } from '@tanstack/react-router';
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { ApiError } from '@/api/client';
import { connectionState, onConnectionChange } from '@/api/connection';
import { organizationQuery } from '@/features/organization/queries';
import { sessionQuery } from '@/features/sessions/queries';
import { applyLook } from '@/lib/palette';
import { createQueryClient } from '@/lib/query-client';
import { followSystemTheme } from '@/lib/theme';
import { routeTree } from '@/route-tree.gen';
import { PagePending } from '@/shell/page-pending';
import { RouteError } from '@/shell/route-error';
import { RouteNotFound } from '@/shell/route-not-found';
import '@/styles.css';

const queryClient = createQueryClient({
  onSignedOut: () => {
    queryClient.setQueryData(sessionQuery.queryKey, null);
    void router.invalidate();
  },
  onMaybeSignedOut: () => {
    const before = queryClient.getQueryData(sessionQuery.queryKey);
    void queryClient.fetchQuery({ ...sessionQuery, staleTime: 0 }).then((now) => {
      if (before && now === null) return router.invalidate();
    });
  },
});

const router = createRouter({
  routeTree,
  context: { queryClient },
  defaultPreload: 'intent',
  defaultPreloadStaleTime: 0,
  defaultPendingMs: 150,
  defaultPendingMinMs: 0,
  defaultPendingComponent: PagePending,
  defaultErrorComponent: RouteError,
  defaultNotFoundComponent: RouteNotFound,
  scrollRestoration: true,
});

declare module '@tanstack/react-router' {
  interface Register {
    router: typeof router;
  }
}

followSystemTheme();

// Colours and font are the organization's; wherever it is read or changed, they follow.
queryClient.getQueryCache().subscribe(({ query }) => {
  if (query.queryHash !== hashKey(organizationQuery.queryKey)) return;
  const organization = queryClient.getQueryData(organizationQuery.queryKey);
  if (organization !== undefined) applyLook(organization.theme, organization.customFont);
});

// When the server is back, whatever failed meanwhile is asked for again.
onConnectionChange(() => {
  if (connectionState().status !== 'up') return;
  void queryClient.invalidateQueries();
  void router.invalidate();
});

// Pages are small: fetched ahead, they open at once, and open with an explanation when the server is away.
const whenIdle = window.requestIdleCallback ?? ((task: () => void) => setTimeout(task, 1500));
window.addEventListener('load', () => {
  whenIdle(() => {
    for (const route of Object.values(router.routesById)) void router.loadRouteChunk(route)?.catch(() => undefined);
  });
});

const root = document.getElementById('root');
if (root) {
  createRoot(root, {
    // The page shows a refusal of the server and what to do; only our own mistakes go to the console.
    onCaughtError: (error) => {
      if (!(error instanceof ApiError)) window.reportError(error);
    },
  }).render(
    <StrictMode>
      <QueryClientProvider client={queryClient}>
        <RouterProvider router={router} />
      </QueryClientProvider>
    </StrictMode>,
  );
}
