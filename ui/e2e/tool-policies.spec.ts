import type { Page } from '@playwright/test';
import { mcpServerUrl } from './environment';
import { createAgent, expect, expectAccessible, gatewayCall, installRemote, saved, test, unique } from './fixtures';
import { join } from './persons';

test('a rule is written, read as a sentence, holds at the gateway, is changed and deleted', async ({ page }) => {
  test.slow();
  const agent = await createAgent(page, unique('Guarded'));
  const server = await installRemote(page, unique('ruled').replace(' ', '-'), [agent.id]);
  const tool = await toolOf(page, server.name, 'echo');
  await page.goto('/tools');
  await expectAccessible(page);
  await page.getByRole('searchbox', { name: 'Search tools' }).fill(server.name);
  await expect(page.getByText(/^3 of \d+ tools$/)).toBeVisible();
  await page.getByRole('button', { name: 'echo' }).click();

  const sheet = page.getByRole('dialog');
  await expect(sheet.getByText(/^The call is allowed: no policy speaks of it/)).toBeVisible();
  await sheet.getByRole('button', { name: 'Add rule for calls' }).click();
  const form = sheet.getByRole('form', { name: 'New rule' });
  await form.getByRole('button', { name: 'Save rule' }).click();
  await expect(form.getByText('Name one.')).toBeVisible();
  await expect(form.getByLabel('Argument')).toBeFocused();
  await form.getByLabel('Argument').fill('text');
  await form.getByLabel('Compare').selectOption('regex');
  await form.getByLabel('Value').fill('secret(');
  await form.getByLabel('Reason').fill('Secrets stay here.');
  await form.getByRole('button', { name: 'Save rule' }).click();
  await expect(form.getByRole('alert')).toContainText('is no regular expression');
  await form.getByLabel('Value').fill('(?i)secret');
  await expect(form.getByRole('status', { name: 'In words' })).toHaveText(
    'When text matches the regular expression “(?i)secret”, the call is refused: “Secrets stay here.”',
  );
  await expectAccessible(page);
  await form.getByRole('button', { name: 'Save rule' }).click();
  await expect(sheet.getByRole('list', { name: 'Rules for calls' })).toContainText('Secrets stay here.');
  expect(await gatewayCall(page, agent.id, tool.name, { text: 'a Secret' })).toContain('Secrets stay here.');
  expect(await gatewayCall(page, agent.id, tool.name, { text: 'hello' })).toContain('hello');

  await sheet.getByRole('button', { name: /^Edit: When text/ }).click();
  const edit = sheet.getByRole('form', { name: 'Edit rule' });
  await edit.getByRole('button', { name: 'And another condition' }).click();
  await edit.getByLabel('Argument').nth(1).fill('to');
  await edit.getByRole('button', { name: 'Remove condition 1' }).click();
  await edit.getByLabel('Then').selectOption({ label: 'Ask a person first' });
  await edit.getByRole('button', { name: 'Save rule' }).click();
  await expect(sheet.getByRole('list', { name: 'Rules for calls' })).toContainText('When to equals “”');
  await sheet.getByRole('button', { name: /^Delete: When to/ }).click();
  await expect(sheet.getByRole('list', { name: 'Rules for calls' })).toHaveCount(0);

  await sheet.getByLabel('Default for results').selectOption({ label: 'Hide it' });
  await expect(sheet.getByText(/^Nobody sees the result/)).toBeVisible();
  expect(await gatewayCall(page, agent.id, tool.name, { text: 'hello' })).toContain('is not shown');
  await sheet.getByLabel('Default for results').selectOption({ label: 'No policy' });
  await expect(sheet.getByText(/^The result is trusted: no policy speaks of it/)).toBeVisible();
});

test('defaults are set for many tools at once, and filtered by', async ({ page }) => {
  const server = await installRemote(page, unique('many').replace(' ', '-'));
  await page.goto(`/tools?search=${server.name}`);
  await page.getByLabel('Choose all shown').check();
  await page.getByRole('button', { name: 'Default for calls' }).click();
  await page.getByRole('menuitem', { name: 'Ask a person first' }).click();
  await expect(page.getByText('3 defaults set')).toBeVisible();
  await page.getByLabel(`Choose ${server.name}__add`).uncheck();
  await page.getByLabel(`Choose ${server.name}__echo`).uncheck();
  await page.getByRole('button', { name: 'Default for calls' }).click();
  await page.getByRole('menuitem', { name: 'Block always' }).click();
  await expect(page.getByText('1 default set')).toBeVisible();
  await page
    .getByRole('list', { name: 'Calls by default' })
    .getByRole('button', { name: /^blocked:/ })
    .click();
  await expect(page.getByRole('table').getByRole('button')).not.toHaveCount(0);
  await expect(page.getByRole('row', { name: /fail/ })).toContainText('blocked');
  await expect(page.getByRole('row', { name: /echo/ })).toHaveCount(0);
  await expectAccessible(page);
});

test('without a key for a model the way to one is shown, and nothing is set', async ({ page }) => {
  const server = await installRemote(page, unique('asked').replace(' ', '-'));
  await page.goto(`/tools?search=${server.name}`);
  await page.getByLabel('Choose all shown').check();
  await page.getByRole('button', { name: /^Configure automatically/ }).click();
  const sheet = page.getByRole('dialog');
  await expectAccessible(page);
  await sheet.getByRole('button', { name: 'Ask the model' }).click();
  await expect(sheet.getByRole('alert')).toContainText('add a provider key');
  await expect(sheet.getByRole('link', { name: 'Add a key' })).toBeVisible();
  await expect(sheet.getByRole('list', { name: 'What was proposed' })).toHaveCount(0);
  await expectAccessible(page);
});

test('what no policy speaks of is refused once untrusted, if the organization says so', async ({ page }) => {
  await page.goto('/tools');
  await page.getByRole('radio', { name: 'Refuse it once something untrusted was read' }).click();
  await expect(page.getByText('Counts from the next call on')).toBeVisible();
  await page.reload();
  await expect(page.getByRole('radio', { name: 'Refuse it once something untrusted was read' })).toBeChecked();
  await saved(page, () => page.getByRole('radio', { name: 'Allow what no policy speaks of' }).click());
  await expect(page.getByRole('radio', { name: 'Allow what no policy speaks of' })).toBeChecked();
});

test('who may only read sees policies and changes none', async ({ page, browser }) => {
  const role = unique('reader').replace(' ', '_');
  const permission = { tool: ['read'], policy: ['read'], profile: ['read'], organization: ['read'], team: ['read'] };
  expect((await page.request.post('/api/roles', { data: { name: role, permission } })).ok()).toBe(true);
  const server = await installRemote(page, unique('seen').replace(' ', '-'));
  const tool = await toolOf(page, server.name, 'echo');
  const bea = await join(page, browser, role);
  await bea.page.goto(`/tools?tool=${tool.id}`);
  const sheet = bea.page.getByRole('dialog');
  await expect(sheet.getByLabel('Default for calls')).toBeDisabled();
  await expect(sheet.getByRole('button', { name: /^Add rule/ })).toHaveCount(0);
  await sheet.getByRole('button', { name: 'Close' }).click();
  await expect(bea.page.getByRole('radio', { name: 'Allow what no policy speaks of' })).toBeDisabled();
  await expect(bea.page.getByLabel('Choose all shown')).toHaveCount(0);
  const refused = await bea.page.request.post('/api/tool-invocation/bulk-default', {
    data: { toolIds: [tool.id], action: 'block_always' },
  });
  expect(refused.status()).toBe(403);
  await bea.context.close();
});

test('tools of what is somebody else’s are nobody else’s business', async ({ page, browser }) => {
  const name = unique('mine').replace(' ', '-');
  const agent = await createAgent(page, unique('Private'));
  const data = { name, serverType: 'remote', serverUrl: mcpServerUrl(name), scope: 'personal' };
  const item = (await (await page.request.post('/api/internal_mcp_catalog', { data })).json()) as { id: string };
  const install = { name, catalogId: item.id, scope: 'personal', agentIds: [agent.id] };
  expect((await page.request.post('/api/mcp_server', { data: install })).ok()).toBe(true);
  await toolOf(page, name, 'echo');
  const bea = await join(page, browser);
  expect(await (await bea.page.request.get(`/api/tools?search=${name}`)).json()).toEqual([]);
  await bea.page.goto(`/tools?search=${name}`);
  await expect(bea.page.getByText('No tool matches')).toBeVisible();
  await expectAccessible(bea.page);
  await bea.context.close();
});

async function toolOf(page: Page, server: string, name: string) {
  let found: { id: string; name: string } | undefined;
  await expect
    .poll(async () => {
      const tools = (await (await page.request.get(`/api/tools?search=${server}__${name}`)).json()) as {
        id: string;
        name: string;
      }[];
      found = tools[0];
      return tools.length;
    })
    .toBe(1);
  if (found === undefined) throw new Error(`${server} has no ${name}`);
  return found;
}
