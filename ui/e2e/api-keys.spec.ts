import { request } from '@playwright/test';
import { uiUrl } from './environment';
import { expect, expectAccessible, test, unique } from './fixtures';

test('a key is created, shown once, works, and is deleted', async ({ page }) => {
  const name = unique('ci');
  await page.goto('/settings/api-keys');
  await expectAccessible(page);
  await page.getByRole('button', { name: 'Create key' }).click();
  await expect(page).toHaveURL(/create=true/);
  await page.getByLabel('Name').fill(name);
  await expectAccessible(page);
  await page.getByRole('dialog').getByRole('button', { name: 'Create key' }).click();
  const key = ((await page.getByLabel('API key', { exact: true }).textContent()) ?? '').trim();
  expect(key).toMatch(/^archestra_/);
  await expectAccessible(page);

  const script = await request.newContext({ baseURL: uiUrl(), extraHTTPHeaders: { authorization: `Bearer ${key}` } });
  expect((await script.get('/api/agents')).status()).toBe(200);

  await page.getByRole('button', { name: 'I have copied it' }).click();
  await expect(page.getByRole('row').filter({ hasText: name })).not.toContainText(key);
  await expectAccessible(page);
  await page.getByRole('button', { name: `Delete ${name}` }).click();
  await page.getByRole('button', { name: 'Delete key' }).click();
  await expect(page.getByRole('row').filter({ hasText: name })).toHaveCount(0);
  expect((await script.get('/api/agents')).status()).toBe(401);
  await script.dispose();
});

test('a key that may do less is refused the rest', async ({ page }) => {
  const name = unique('reader');
  await page.goto('/settings/api-keys?create=true');
  await page.getByLabel('Name').fill(name);
  await page.getByRole('radio', { name: 'Only what I choose' }).click();
  await expect(page.getByRole('dialog').getByRole('button', { name: 'Create key' })).toBeDisabled();
  await page.getByLabel('read Agents').check();
  await expectAccessible(page);
  await page.getByRole('dialog').getByRole('button', { name: 'Create key' }).click();
  const key = ((await page.getByLabel('API key', { exact: true }).textContent()) ?? '').trim();
  await page.getByRole('button', { name: 'I have copied it' }).click();
  await expect(page.getByRole('row').filter({ hasText: name })).toContainText('1 permission');

  const script = await request.newContext({ baseURL: uiUrl(), extraHTTPHeaders: { authorization: `Bearer ${key}` } });
  expect((await script.get('/api/agents')).status()).toBe(200);
  expect((await script.post('/api/agents', { data: { name } })).status()).toBe(403);
  expect((await script.get('/api/token-prices')).status()).toBe(403);
  await script.dispose();
});
