import { apiUrl } from './environment';
import { createAgent, expect, expectAccessible, gatewayCall, installRemote, saved, test, unique } from './fixtures';

test('tools are found, given to an agent, answer at its gateway, and are taken away', async ({ page }) => {
  const agent = await createAgent(page, unique('Gateway'));
  const server = await installRemote(page, unique('given').replace(' ', '-'));
  await page.goto('/gateways');
  const card = page.getByRole('article').filter({ hasText: agent.name });
  await expect(card).toContainText('It has no tools yet');
  await expectAccessible(page);
  await card.getByRole('link', { name: 'Choose some' }).click();

  const picker = page.getByRole('dialog');
  await expect(picker.getByRole('searchbox')).toBeFocused();
  await picker.getByRole('searchbox').fill(server.name);
  const group = picker.getByRole('region', { name: server.name });
  await group.getByRole('checkbox').first().check();
  await expect(group).toContainText('3 of 3 tools');
  await expectAccessible(page);
  await picker.getByRole('button', { name: 'Add 3 tools' }).click();
  await expect(picker).toBeHidden();

  await expect(page.getByRole('heading', { name: /^Tools cost about/ })).toBeVisible();
  await expect(page.getByLabel('Gateway address', { exact: true })).toHaveText(`${apiUrl()}/v1/mcp/${agent.id}`);
  const row = page.getByRole('row').filter({ hasText: `${server.name}__echo` });
  await expect(row).toBeVisible();
  await expectAccessible(page);
  expect(await gatewayCall(page, agent.id, `${server.name}__echo`, { text: 'through the gateway' })).toContain(
    'through the gateway',
  );

  await saved(page, () => row.getByRole('combobox').selectOption({ index: 1 }));
  await expect(row.getByRole('combobox')).not.toHaveValue('');
  await page.reload();
  await expect(row.getByRole('combobox')).not.toHaveValue('');

  await page.getByLabel('Choose all').check();
  await page.getByRole('button', { name: 'Take 3 tools away' }).click();
  await expect(page.getByRole('heading', { name: 'No tools yet' })).toBeVisible();
  await expectAccessible(page);
});

test('a token is shown, hidden, and rotated', async ({ page }) => {
  const agent = await createAgent(page, unique('Token'));
  await page.goto(`/gateways/${agent.id}`);
  const token = page.getByLabel('Token', { exact: true });
  await expect(token).toContainText('•');
  await page.getByRole('button', { name: 'Show' }).click();
  await expect(token).not.toContainText('•');
  const before = await token.textContent();
  await page.getByRole('button', { name: 'Hide' }).click();
  await expect(token).toContainText('•');
  await page.getByRole('button', { name: 'Rotate' }).click();
  await expectAccessible(page);
  await page.getByRole('button', { name: 'Rotate token' }).click();
  await expect(token).not.toContainText('•');
  expect(await token.textContent()).not.toBe(before);
});
