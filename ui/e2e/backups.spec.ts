import { createAgent, expect, expectAccessible, test, unique } from './fixtures';

test('a backup is made, shows what would change, brings an agent back, and is deleted', async ({ page }) => {
  test.slow();
  const name = unique('Kept');
  const agent = await createAgent(page, name);
  await page.goto('/settings/backups');
  await page.getByRole('button', { name: 'Back up now' }).click();
  const row = page.getByRole('list', { name: 'Backups' }).getByRole('listitem').filter({ hasText: 'manual' }).first();
  await expect(row).toBeVisible();
  await expectAccessible(page);
  const file = page.waitForEvent('download');
  await page.getByRole('link', { name: 'Export', exact: true }).click();
  expect(await (await file).failure()).toBeNull();

  expect((await page.request.delete(`/api/agents/${agent.id}`)).ok()).toBe(true);
  await row.getByRole('button', { name: /^Restore/ }).click();
  await expect(page.getByRole('table', { name: 'Rows now and then' })).toContainText('agents');
  await expectAccessible(page);
  await page.getByLabel('Type “restore” to confirm').fill('restore');
  await page.getByRole('button', { name: 'Restore', exact: true }).click();
  await expect(page.getByText(/^Everything is as on/)).toBeVisible({ timeout: 30_000 });
  expect((await page.request.get(`/api/agents/${agent.id}`)).status()).toBe(200);

  await row.getByRole('button', { name: /^Delete the backup/ }).click();
  await page.getByRole('button', { name: 'Delete backup' }).click();
  await expect(page.getByRole('dialog')).toHaveCount(0);
});
