import { createAgent, expect, expectAccessible, test, unique } from './fixtures';

test('an agent is created, found, changed, copied from and deleted', async ({ page }) => {
  const name = unique('Billing');
  await page.goto('/agents');
  await expect(page.getByRole('table', { name: 'Agents' })).toBeVisible();
  await expectAccessible(page);

  await page.getByRole('link', { name: 'Create agent' }).click();
  await expect(page).toHaveURL(/\/agents\/new/);
  const dialog = page.getByRole('dialog');
  await expect(dialog.getByLabel('Name')).toBeFocused();
  await dialog.getByLabel('Name').fill(name);
  await dialog.getByRole('button', { name: 'Add label' }).click();
  await dialog.getByLabel('Key of label 1').fill('team');
  await dialog.getByLabel('Value of label 1').fill('payments');
  await expectAccessible(page);
  await dialog.getByRole('button', { name: 'Create agent' }).click();

  await expect(page).toHaveURL(/\/agents\/[0-9a-f-]{36}/);
  await expect(dialog.getByRole('heading', { name, exact: true })).toBeVisible();
  await expectAccessible(page);
  await dialog.getByLabel('Description').fill('Invoices');
  await dialog.getByRole('button', { name: 'Save changes' }).click();
  await expect(dialog).toBeHidden();

  await page.getByRole('searchbox', { name: 'Search by name' }).fill(name);
  await expect(page).toHaveURL(/name=/);
  const row = page.getByRole('row').filter({ hasText: name });
  await expect(row).toContainText('payments');
  await expect(row).toContainText('Invoices');
  await expect(page.getByRole('row')).toHaveCount(2);

  await row.getByRole('button', { name: `Actions for ${name}` }).click();
  await page.getByRole('menuitem', { name: 'Anthropic base URL' }).click();
  await expect
    .poll(() => page.evaluate(() => navigator.clipboard.readText()))
    .toMatch(/\/v1\/anthropic\/[0-9a-f-]{36}$/);

  await row.getByRole('button', { name: `Actions for ${name}` }).click();
  await page.getByRole('menuitem', { name: 'Delete' }).click();
  const confirm = page.getByRole('button', { name: 'Delete agent' });
  await expect(confirm).toBeDisabled();
  await page.getByLabel(/to confirm/).fill(name);
  await confirm.click();
  await expect(page.getByText('No agent is named like')).toBeVisible();
  await expectAccessible(page);
});

test('another agent becomes the default, and back', async ({ page }) => {
  const name = unique('Default to be');
  const created = (await (await page.request.post('/api/agents', { data: { name } })).json()) as { id: string };
  const before = (await (await page.request.get('/api/agents/default')).json()) as { id: string };
  await page.goto(`/agents?name=${encodeURIComponent(name)}`);
  await page.getByRole('button', { name: `Actions for ${name}` }).click();
  await page.getByRole('menuitem', { name: 'Make it the default' }).click();
  await expect(page.getByRole('row').filter({ hasText: name }).getByText('Default', { exact: true })).toBeVisible();
  const now = (await (await page.request.get('/api/agents/default')).json()) as { id: string };
  expect(now.id).toBe(created.id);
  await page.request.put(`/api/agents/${before.id}`, { data: { isDefault: true } });
});

test('a menu stays open when the page around it hears something new', async ({ page }) => {
  const { name } = await createAgent(page, unique('Menu'));
  let answer: () => void = () => undefined;
  const due = new Promise<void>((resolve) => (answer = resolve));
  await page.route('**/api/user/permissions', async (route) => {
    await due;
    await route.fulfill({ json: { profile: ['read'] } });
  });
  await page.goto(`/agents?name=${encodeURIComponent(name)}`);
  await page.getByRole('button', { name: `Actions for ${name}` }).click();
  const item = page.getByRole('menuitem', { name: 'Make it the default' });
  await expect(item).toBeEnabled();
  answer();
  await expect(page.getByRole('link', { name: 'Create agent' })).toHaveCount(0);
  await expect(item).toBeDisabled();
});

test('the list sorts by a click on its head, and the address remembers it', async ({ page }) => {
  await page.goto('/agents');
  await page.getByRole('button', { name: 'Created' }).click();
  await expect(page).toHaveURL(/sort=createdAt/);
  await expect(page.getByRole('columnheader', { name: 'Created' })).toHaveAttribute(
    'aria-sort',
    /ascending|descending/,
  );
});

test('an agent that is gone is said to be', async ({ page }) => {
  await page.goto('/agents/00000000-0000-7000-8000-000000000000');
  await expect(page.getByRole('alert')).toContainText('not found');
});
