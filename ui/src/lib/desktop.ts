/**
 * What differs inside the desktop window. The window shows the server's own pages, so nearly
 * everything is the same; only the shell's global tells the two apart.
 */
export function inDesktopWindow(): boolean {
  return '__TAURI_INTERNALS__' in window;
}

/** Apple keyboards say ⌘ where others say Ctrl. */
export function commandKey(): string {
  return /Mac|iPhone|iPad/.test(navigator.userAgent) ? '⌘' : 'Ctrl';
}
