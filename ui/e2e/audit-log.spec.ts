import { createAgent, expect, expectAccessible, test, unique } from './fixtures';

test('a change is found with who made it and what was before, and the chain is whole', async ({ page }) => {
  const before = unique('Old');
  const after = unique('New');
  const { id } = await createAgent(page, before);
  expect((await page.request.put(`/api/agents/${id}`, { data: { name: after } })).ok()).toBe(true);
  await page.goto('/settings/audit-log');
  await expect(page.getByText(/The chain of [\d,]+ entries is whole/)).toBeVisible();
  await page.getByLabel('Search in the entries').fill(after);
  await page.getByLabel('Action', { exact: true }).selectOption('update');
  const entry = page.getByRole('list', { name: 'Changes' }).getByText(after).first();
  await entry.click();
  const changes = page.getByRole('table', { name: 'What changed' }).first();
  await expect(changes).toContainText(before);
  await expect(changes).toContainText(after);
  await expect(page.getByText('PUT /api/agents/{id}').first()).toBeVisible();
  await expectAccessible(page);
  const [file] = await Promise.all([
    page.waitForEvent('download'),
    page.getByRole('link', { name: 'Export', exact: true }).click(),
  ]);
  expect(await file.failure()).toBeNull();
});
