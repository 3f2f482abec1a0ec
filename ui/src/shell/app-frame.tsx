import { Outlet } from '@tanstack/react-router';
import { lazy, Suspense, useCallback, useState } from 'react';
import { Toaster } from '@/components/ui/toast';
import { TooltipProvider } from '@/components/ui/tooltip';
import { ConnectionBanner } from '@/shell/connection-banner';
import { DefaultPasswordBanner } from '@/shell/default-password-banner';
import { useHotkeys } from '@/shell/hotkeys';
import { SecretsBanner } from '@/shell/secrets-banner';
import { Sidebar } from '@/shell/sidebar';
import { StatusFooter } from '@/shell/status-footer';
import { TopBar } from '@/shell/top-bar';

const CommandPalette = lazy(() => import('@/shell/command-palette'));
const ShortcutHelp = lazy(() => import('@/shell/shortcut-help'));

const NARROW_KEY = 'archestra.sidebar';

export function AppFrame() {
  const [overlay, setOverlay] = useState<'palette' | 'help' | null>(null);
  const [narrow, setNarrow] = useState(storedNarrow);
  const openPalette = useCallback(() => setOverlay('palette'), []);
  const openHelp = useCallback(() => setOverlay('help'), []);
  const close = useCallback(() => setOverlay(null), []);
  useHotkeys({ openPalette, openHelp });

  function toggleSidebar() {
    setNarrow(!narrow);
    try {
      localStorage.setItem(NARROW_KEY, narrow ? 'wide' : 'narrow');
    } catch {
      // Without storage the sidebar is wide again next time.
    }
  }

  return (
    <TooltipProvider delayDuration={350}>
      <a
        href="#main"
        className="sr-only z-50 rounded-md bg-surface px-3 py-2 focus:not-sr-only focus:fixed focus:top-2 focus:left-2 focus:shadow-pop"
      >
        Skip to the content
      </a>
      <div className="grid h-dvh grid-cols-[auto_minmax(0,1fr)] grid-rows-[minmax(0,1fr)] max-md:grid-cols-1">
        <Sidebar narrow={narrow} onToggle={toggleSidebar} />
        <div className="flex min-h-0 flex-col">
          <ConnectionBanner />
          <SecretsBanner />
          <DefaultPasswordBanner />
          <TopBar onOpenPalette={openPalette} />
          <main
            id="main"
            tabIndex={-1}
            className="relative min-h-0 flex-1 overflow-y-auto outline-none"
            data-scroll-restoration-id="main"
          >
            <Outlet />
          </main>
          <StatusFooter />
        </div>
      </div>
      <Toaster />
      <Suspense>
        {overlay === 'palette' ? <CommandPalette onClose={close} /> : null}
        {overlay === 'help' ? <ShortcutHelp onClose={close} /> : null}
      </Suspense>
    </TooltipProvider>
  );
}

function storedNarrow(): boolean {
  try {
    return localStorage.getItem(NARROW_KEY) === 'narrow';
  } catch {
    return false;
  }
}
