import { useNavigate } from '@tanstack/react-router';
import { useEffect } from 'react';
import { PAGES } from '@/shell/pages';

const SEQUENCE_MS = 1200;

type Handlers = { openPalette: () => void; openHelp: () => void };

/** `Ctrl/Cmd+K`, `?`, and `g` followed by a page's letter. */
export function useHotkeys({ openPalette, openHelp }: Handlers): void {
  const navigate = useNavigate();
  useEffect(() => {
    let waitingUntil = 0;
    function onKeyDown(event: KeyboardEvent) {
      if ((event.metaKey || event.ctrlKey) && !event.altKey && event.key.toLowerCase() === 'k') {
        event.preventDefault();
        openPalette();
        return;
      }
      if (event.metaKey || event.ctrlKey || event.altKey || isTyping(event.target)) return;
      if (event.key === '?') return openHelp();
      if (Date.now() < waitingUntil) {
        waitingUntil = 0;
        const page = PAGES.find((each) => each.key === event.key);
        if (page) {
          event.preventDefault();
          void navigate({ to: page.to });
        }
        return;
      }
      if (event.key === 'g') waitingUntil = Date.now() + SEQUENCE_MS;
    }
    window.addEventListener('keydown', onKeyDown);
    return () => window.removeEventListener('keydown', onKeyDown);
  }, [navigate, openPalette, openHelp]);
}

export function isTyping(target: EventTarget | null): boolean {
  return (
    target instanceof HTMLElement &&
    (target.isContentEditable ||
      ['INPUT', 'TEXTAREA', 'SELECT'].includes(target.tagName) ||
      target.closest('dialog') !== null)
  );
}
