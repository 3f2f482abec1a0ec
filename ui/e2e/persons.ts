/** People beside the administrator, who come in as everybody does: with an invitation. */
import { type Browser, type BrowserContext, expect, type Page } from '@playwright/test';
import { uiUrl } from './environment';
import { unique } from './fixtures';

export const PASSWORD = 'a sentence of their own';
export type Person = { name: string; email: string; context: BrowserContext; page: Page };

/** Somebody in a browser of their own, signed in; close the context at the end. */
export async function join(admin: Page, browser: Browser, role = 'member'): Promise<Person> {
  const name = unique('Bea');
  const email = `${name.replace(' ', '.').toLowerCase()}@example.com`;
  const invited = await admin.request.post('/api/invitations', { data: { email, role } });
  expect(invited.ok(), await invited.text()).toBe(true);
  const { token } = (await invited.json()) as { token: string };
  const context = await signedOut(browser);
  const joined = await context.request.post('/api/auth/sign-up/email', {
    data: { name, email, password: PASSWORD, invitation: token },
  });
  expect(joined.ok(), await joined.text()).toBe(true);
  return { name, email, context, page: await context.newPage() };
}

export function signedOut(browser: Browser): Promise<BrowserContext> {
  return browser.newContext({
    baseURL: uiUrl(),
    reducedMotion: 'reduce',
    viewport: { width: 1360, height: 850 },
    storageState: { cookies: [], origins: [] },
  });
}
