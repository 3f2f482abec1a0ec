import { createAgent, expect, expectAccessible, gatewayCall, installRemote, test, unique } from './fixtures';

test('a call through the gateway is in the log with its arguments and its result', async ({ page }) => {
  const agent = await createAgent(page, unique('Logged'));
  const server = await installRemote(page, unique('logged').replace(' ', '-'), [agent.id]);
  await gatewayCall(page, agent.id, `${server.name}__echo`, { text: 'for the record' });
  await gatewayCall(page, agent.id, `${server.name}__fail`, {});
  await page.goto(`/mcp-logs?agentId=${agent.id}`);
  await expect(async () => {
    await page.getByRole('button', { name: 'Refresh' }).click();
    await expect(page.getByRole('row').filter({ hasText: `${server.name}__fail` })).toBeVisible({ timeout: 1000 });
  }).toPass();
  await expectAccessible(page);

  await page
    .getByRole('row')
    .filter({ hasText: `${server.name}__echo` })
    .click();
  await expect(page).toHaveURL(/\/mcp-logs\/[0-9a-f-]{36}/);
  const drawer = page.getByRole('complementary', { name: 'Tool call' });
  await expect(drawer.getByRole('region', { name: 'Arguments' })).toContainText('for the record');
  await expect(drawer.getByRole('region', { name: 'Result' })).toContainText('for the record');
  await expectAccessible(page);
  await page.keyboard.press('Escape');
  await expect(drawer).toBeHidden();

  await page.getByRole('button', { name: 'Outcome' }).click();
  await page.getByRole('menuitem', { name: /Error/ }).click();
  await expect(page).toHaveURL(/outcome=error/);
  await expect(page.getByRole('row').filter({ hasText: `${server.name}__echo` })).toBeHidden();
  await expect(page.getByRole('row').filter({ hasText: `${server.name}__fail` })).toBeVisible();
});

test('new calls appear by themselves', async ({ page }) => {
  const agent = await createAgent(page, unique('Watched'));
  const server = await installRemote(page, unique('watched').replace(' ', '-'), [agent.id]);
  await page.goto(`/mcp-logs?agentId=${agent.id}`);
  await expect(page.getByRole('heading', { name: 'No call matches these filters' })).toBeVisible();
  await page.getByRole('button', { name: 'Live' }).click();
  await expect(page.getByRole('button', { name: 'Live', exact: true, pressed: true })).toBeVisible();
  await gatewayCall(page, agent.id, `${server.name}__add`, { a: 1, b: 2 });
  await expect(page.getByRole('row').filter({ hasText: `${server.name}__add` })).toBeVisible();
});

test('a call that is gone is said to be', async ({ page }) => {
  await page.goto('/mcp-logs/00000000-0000-7000-8000-000000000000');
  await expect(page.getByRole('alert')).toContainText('This call could not be read');
  await expectAccessible(page);
});
