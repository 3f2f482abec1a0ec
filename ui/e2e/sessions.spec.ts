import { request } from '@playwright/test';
import { CREDENTIALS, uiUrl } from './environment';
import { expect, expectAccessible, test } from './fixtures';

test('another session is listed and signed out', async ({ page }) => {
  const other = await request.newContext({
    baseURL: uiUrl(),
    userAgent: 'Mozilla/5.0 (Macintosh; Intel Mac OS X 10.15; rv:140.0) Gecko/20100101 Firefox/140.0',
  });
  await other.post('/api/auth/sign-in/email', { data: CREDENTIALS });
  await page.goto('/settings/sessions');
  await expect(page.getByText('This one')).toHaveCount(1);
  await expectAccessible(page);
  await page.getByRole('button', { name: 'Sign out Firefox on macOS' }).first().click();
  await expect.poll(async () => (await other.get('/api/auth/get-session')).json()).toBeNull();
  await other.dispose();
});
