import { request } from '@playwright/test';
import { uiUrl } from './environment';
import { expect, expectAccessible, test, unique } from './fixtures';

test('a program gets an account and a key, and nothing works any more once it is deleted', async ({ page }) => {
  const name = unique('terraform');
  await page.goto('/settings/service-accounts');
  await page
    .getByRole('button', { name: /^Create (the first )?account/ })
    .first()
    .click();
  await page.getByLabel('Name').fill(name);
  await expectAccessible(page);
  await page.getByRole('dialog').getByRole('button', { name: 'Create account' }).click();
  await page.getByRole('button', { name: `Create key for ${name}` }).click();
  await page.getByLabel('Name').fill('plan');
  await page.getByRole('dialog').getByRole('button', { name: 'Create key' }).click();
  const key = ((await page.getByLabel('API key', { exact: true }).textContent()) ?? '').trim();
  await page.getByRole('button', { name: 'I have copied it' }).click();
  await expect(page.getByRole('list', { name: `Keys of ${name}` })).toContainText('plan');
  await expectAccessible(page);

  const script = await request.newContext({ baseURL: uiUrl(), extraHTTPHeaders: { authorization: `Bearer ${key}` } });
  expect((await script.get('/api/agents')).status()).toBe(200);
  expect((await script.post('/api/agents', { data: { name } })).status(), 'a member makes no agents').toBe(403);
  await page.getByRole('button', { name: `Delete ${name}` }).click();
  await page.getByRole('button', { name: 'Delete account' }).click();
  await expect(page.getByText(name)).toHaveCount(0);
  expect((await script.get('/api/agents')).status()).toBe(401);
  await script.dispose();
});
