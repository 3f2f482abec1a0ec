/** What was typed and not sent, by conversation; it outlives leaving the page and reloading it. */
const PREFIX = 'archestra.chat.draft.';

export function draftOf(key: string): string {
  try {
    return sessionStorage.getItem(PREFIX + key) ?? '';
  } catch {
    return '';
  }
}

export function keepDraft(key: string, text: string): void {
  try {
    if (text === '') sessionStorage.removeItem(PREFIX + key);
    else sessionStorage.setItem(PREFIX + key, text);
  } catch {
    // Without storage it lasts as long as the page.
  }
}
