import { createAgent, expect, expectAccessible, test, unique } from './fixtures';
import { join } from './persons';

test('a file is compared, applied, and changes nothing the second time', async ({ page }) => {
  const name = unique('Moved');
  const agent = await createAgent(page, name);
  const yaml = await (await page.request.get('/api/configuration/export')).text();
  expect(yaml).toContain(name);
  expect((await page.request.delete(`/api/agents/${agent.id}`)).ok()).toBe(true);
  const file = { name: 'archestra.yaml', mimeType: 'application/yaml', buffer: Buffer.from(yaml) };

  await page.goto('/settings/backups');
  await page.getByLabel('Configuration file').setInputFiles(file);
  const sheet = page.getByRole('dialog');
  const change = sheet.getByRole('list', { name: 'Changes' }).getByRole('listitem').filter({ hasText: name });
  await expect(change).toContainText('new');
  await change.locator('summary').click();
  await expect(change.getByRole('table', { name: 'What changed' })).toBeVisible();
  await expectAccessible(page);
  const all = await page.request.get('/api/agents/all');
  expect(await all.text(), 'nothing is done yet').not.toContain(name);
  await sheet.getByRole('button', { name: /^Apply \d+ change/ }).click();
  await expect(sheet.getByRole('heading', { name: 'archestra.yaml was applied' })).toBeVisible();
  expect(await (await page.request.get('/api/agents/all')).text()).toContain(name);
  await sheet.getByRole('button', { name: 'Close' }).last().click();

  await page.getByLabel('Configuration file').setInputFiles(file);
  await expect(sheet.getByText('Everything is as the file says')).toBeVisible();
  await expect(sheet.getByRole('button', { name: 'Nothing to apply' })).toBeDisabled();
  await expectAccessible(page);
});

test('a file that is none says why', async ({ page }) => {
  await page.goto('/settings/backups');
  const give = (text: string) =>
    page
      .getByLabel('Configuration file')
      .setInputFiles({ name: 'notes.yaml', mimeType: 'application/yaml', buffer: Buffer.from(text) });
  await give('just: [a');
  await expect(page.getByRole('dialog').getByRole('alert')).toContainText('not YAML');
  await page.keyboard.press('Escape');
  await give('agents: []');
  await expect(page.getByRole('dialog').getByRole('alert')).toContainText('version: 1');
  await page.keyboard.press('Escape');
  await give('#'.repeat(5_000_001));
  await expect(page.getByRole('alert')).toContainText('at most 5.0 MB');
});

test('a member neither sees the page nor applies a file', async ({ page, browser }) => {
  const bea = await join(page, browser);
  await bea.page.goto('/settings');
  await expect(bea.page.getByRole('link', { name: 'Backup and export' })).toHaveCount(0);
  const refused = await bea.page.request.post('/api/configuration/apply', {
    data: 'version: 1\n',
    headers: { 'content-type': 'application/yaml' },
  });
  expect(refused.status()).toBe(403);
  await bea.context.close();
});
