import { chat, createAgent, expect, expectAccessible, saved, test, unique } from './fixtures';
import { join } from './persons';

test('a limit is made, keeps calls from being made, is raised, started anew and deleted', async ({ page }) => {
  test.slow();
  const agent = await createAgent(page, unique('Thrifty'));
  await page.goto('/limits');
  await expectAccessible(page);
  await page.getByRole('button', { name: 'Add limit' }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByRole('radio', { name: 'An agent' }).click();
  await dialog.getByLabel('Agent', { exact: true }).selectOption({ label: agent.name });
  await dialog.getByRole('button', { name: 'Save limit' }).click();
  await expect(dialog.getByText('A whole number; 0 refuses everything.')).toBeVisible();
  await dialog.getByLabel('At most, in US dollars').fill('0');
  await dialog.getByLabel('Models').fill('gpt-5-mini');
  await dialog.getByRole('button', { name: 'Add model' }).click();
  await expect(dialog.getByRole('list', { name: 'Chosen models' })).toContainText('gpt-5-mini');
  await expectAccessible(page);
  await dialog.getByRole('button', { name: 'Save limit' }).click();
  const row = page.getByRole('listitem').filter({ hasText: agent.name });
  await expect(row).toContainText('Spend on gpt-5-mini');
  await expect(row).toContainText('Used up: further calls are refused');
  await expect(page.getByText(/limits? (is|are) used up: calls are being refused/)).toBeVisible();
  await expectAccessible(page);
  await expect.poll(async () => (await chat('hello', 'gpt-5-mini', agent.id)).status).toBe(429);

  await row.getByRole('button', { name: /^Actions for/ }).click();
  await page.getByRole('menuitem', { name: 'Edit' }).click();
  await dialog.getByLabel('At most, in US dollars').fill('100');
  await dialog.getByRole('button', { name: 'Save limit' }).click();
  await expect(row).toContainText('of $100.00');
  await expect.poll(async () => (await chat('hello', 'gpt-5-mini', agent.id)).status).toBe(200);
  await expect(row.getByText('By model', { exact: true })).toBeVisible({ timeout: 15_000 });
  await row.getByText('By model', { exact: true }).click();
  await expect(row.getByRole('table', { name: 'Spend by model' })).toContainText('gpt-5-mini');
  await expectAccessible(page);

  await row.getByRole('button', { name: /^Actions for/ }).click();
  await page.getByRole('menuitem', { name: 'Start anew now' }).click();
  await expect(row).toContainText('$0.00 of $100.00');
  await row.getByRole('button', { name: /^Actions for/ }).click();
  await page.getByRole('menuitem', { name: 'Delete' }).click();
  await page.getByRole('button', { name: 'Delete limit' }).click();
  await expect(row).toHaveCount(0);
});

test('when usage starts anew is chosen for all limits', async ({ page }) => {
  await page.goto('/limits');
  const choice = page.getByLabel('What is used starts anew');
  await choice.selectOption({ label: 'Every week' });
  await expect
    .poll(
      async () =>
        ((await (await page.request.get('/api/organization')).json()) as { limitCleanupInterval: string | null })
          .limitCleanupInterval,
    )
    .toBe('1w');
  await saved(page, () => choice.selectOption({ label: 'Never' }));
  await page.reload();
  await expect(choice).toHaveValue('');
});

test('a member sees limits and changes none', async ({ page, browser }) => {
  const agent = await createAgent(page, unique('Shown'));
  const made = await page.request.post('/api/limits', {
    data: { entityType: 'agent', entityId: agent.id, limitType: 'tool_calls', limitValue: 5 },
  });
  expect(made.ok(), await made.text()).toBe(true);
  const { id } = (await made.json()) as { id: string };
  const bea = await join(page, browser);
  await bea.page.goto('/limits');
  const row = bea.page.getByRole('listitem').filter({ hasText: agent.name });
  await expect(row).toContainText('Calls of all tools');
  await expect(row.getByRole('meter')).toHaveAttribute('aria-valuetext', '0 of 5');
  await expect(row.getByRole('button', { name: /^Actions for/ })).toHaveCount(0);
  await expect(bea.page.getByRole('button', { name: 'Add limit' })).toHaveCount(0);
  await expect(bea.page.getByLabel('What is used starts anew')).toBeDisabled();
  expect((await bea.page.request.patch(`/api/limits/${id}`, { data: { limitValue: 9 } })).status()).toBe(403);
  expect((await page.request.delete(`/api/limits/${id}`)).ok()).toBe(true);
  await bea.context.close();
});
