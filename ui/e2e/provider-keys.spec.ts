import type { Page } from '@playwright/test';
import { providerUrl } from './environment';
import { createAgent, expect, expectAccessible, test, unique } from './fixtures';

type Key = { id: string; name: string; isOrganizationDefault: boolean; profiles: { id: string; name: string }[] };

async function addKey(page: Page, name: string, more: object = {}): Promise<Key> {
  const data = { name, provider: 'openai', apiKey: 'sk-e2e-works', ...more };
  const answer = await page.request.post('/api/llm-provider-api-keys', { data });
  expect(answer.ok(), await answer.text()).toBe(true);
  return (await answer.json()) as Key;
}

async function keys(page: Page): Promise<Key[]> {
  return (await (await page.request.get('/api/llm-provider-api-keys')).json()) as Key[];
}

test.afterEach(async ({ page }) => {
  for (const key of await keys(page)) await page.request.delete(`/api/llm-provider-api-keys/${key.id}`);
});

const row = (page: Page, name: string) => page.getByRole('row').filter({ hasText: name });

async function choose(page: Page, name: string, item: string): Promise<void> {
  await page.getByRole('button', { name: `Actions for ${name}` }).click();
  await page.getByRole('menuitem', { name: item }).click();
}

// The steps are those of the manual, in its words.
test('an API key is set up and assigned to profiles', async ({ page }) => {
  const secret = 'sk-e2e-never-shown-again';
  const name = unique('Support team');
  const support = await createAgent(page, unique('Support'));
  const billing = await createAgent(page, unique('Billing'));
  const sent: string[] = [];
  page.on('response', (response) => {
    if (response.url().includes('/api/'))
      void response.text().then(
        (body) => sent.push(body),
        () => undefined,
      );
  });

  await test.step('Navigate to Settings → Chat to manage API keys', async () => {
    await page.goto('/');
    await page.getByRole('navigation', { name: 'Main' }).getByRole('link', { name: 'Settings' }).click();
    await page.getByRole('navigation', { name: 'Settings' }).getByRole('link', { name: 'Chat' }).click();
    await expect(page.getByRole('heading', { name: 'LLM provider keys' })).toBeVisible();
    await expectAccessible(page);
  });
  const dialog = page.getByRole('dialog');
  await test.step('Click Add API Key', () => page.getByRole('button', { name: 'Add API Key' }).click());
  await test.step('Enter a descriptive name', () => dialog.getByLabel('Name').fill(name));
  await test.step('Select the provider', () => dialog.getByLabel('Provider').selectOption('OpenAI'));
  await test.step('Paste your API key', async () => {
    await page.evaluate((text) => navigator.clipboard.writeText(text), secret);
    await dialog.getByLabel('API Key', { exact: true }).focus();
    await page.keyboard.press('ControlOrMeta+V');
    await expect(dialog.getByLabel('API Key', { exact: true })).toHaveValue(secret);
  });
  await test.step('Optionally check "Set as organization default"', () =>
    dialog.getByRole('checkbox', { name: 'Set as organization default' }).check());
  await expectAccessible(page);
  await dialog.getByRole('button', { name: 'Save' }).click();
  await expect(dialog).toBeHidden();

  await test.step('Find the key in the table', async () => {
    await expect(row(page, name)).toContainText('OpenAI');
    await expect(row(page, name)).toContainText('Default');
  });
  await test.step('Click the actions menu (three dots)', () =>
    page.getByRole('button', { name: `Actions for ${name}` }).click());
  await test.step('Select Manage Profiles', () => page.getByRole('menuitem', { name: 'Manage Profiles' }).click());
  await test.step('Check the profiles that should use this key', async () => {
    await dialog.getByRole('checkbox', { name: support.name }).check();
    await dialog.getByRole('checkbox', { name: billing.name }).check();
    await expectAccessible(page);
  });
  await test.step('Click Save', () => dialog.getByRole('button', { name: 'Save' }).click());
  await expect(dialog).toBeHidden();
  await expect(row(page, name)).toContainText(support.name);

  const [saved] = (await keys(page)).filter((key) => key.name === name);
  expect(saved?.isOrganizationDefault).toBe(true);
  expect(saved?.profiles.map((profile) => profile.id).sort()).toEqual([support.id, billing.id].sort());
  await test.step('Keys are never exposed in the UI after creation', async () => {
    expect(await page.content()).not.toContain(secret);
    expect(sent.join()).not.toContain(secret);
  });
});

test('which key a profile would use is explained, in the order of the manual', async ({ page }) => {
  const agent = await createAgent(page, unique('Explained'));
  const own = unique('Own');
  const shared = unique('Shared');
  const explanation = page.getByRole('region', { name: 'Which key would be used?' });
  const used = explanation.getByRole('listitem').filter({ hasText: '(used)' });
  const ask = () => page.goto(`/settings/chat?agent=${agent.id}&provider=openai`);

  await ask();
  await expect(explanation).toContainText('ARCHESTRA_CHAT_OPENAI_API_KEY');
  await expect(used).toHaveCount(0);
  await addKey(page, shared, { isOrganizationDefault: true });
  await ask();
  await expect(used).toContainText('Organization default');
  await addKey(page, own, { profileIds: [agent.id] });
  await ask();
  await expect(used).toContainText('Profile-specific key');
  await expect(explanation).toContainText(own);
  await expectAccessible(page);

  await explanation.getByLabel('Or a model').fill('claude-haiku-4-5');
  await page.keyboard.press('Enter');
  await expect(page).toHaveURL(/model=claude/);
  await expect(explanation).toContainText('Anthropic');
});

test('a refused key is told in the provider’s own words, and is not saved', async ({ page }) => {
  const name = unique('Refused');
  await page.goto('/settings/chat?add=new');
  const dialog = page.getByRole('dialog');
  await dialog.getByLabel('Name').fill(name);
  await dialog.getByLabel('API Key', { exact: true }).fill('sk-wrong');
  await dialog.getByRole('button', { name: 'Test' }).click();
  await expect(dialog.getByRole('alert')).toContainText('Incorrect API key provided: sk-w***ong.');
  await expectAccessible(page);
  await dialog.getByRole('button', { name: 'Save' }).click();
  await expect(dialog.getByRole('alert')).toContainText('Incorrect API key provided');
  expect((await keys(page)).map((key) => key.name)).not.toContain(name);

  await dialog.getByLabel('API Key', { exact: true }).fill('sk-e2e-works');
  await expect(dialog.getByRole('alert')).toBeHidden();
  await dialog.getByRole('button', { name: 'Test' }).click();
  await expect(dialog.getByRole('status')).toContainText('OpenAI answered with 4 models.');
  await expectAccessible(page);
});

test('a server of one’s own is added by its address, without a key', async ({ page }) => {
  const name = unique('Gateway');
  await page.goto('/settings/chat?add=new');
  const dialog = page.getByRole('dialog');
  await dialog.getByRole('button', { name: 'vLLM' }).click();
  await expect(dialog.getByLabel('Name')).toHaveValue('vLLM');
  await expect(dialog.getByLabel('Base URL')).toHaveValue('http://127.0.0.1:8000/v1');
  await dialog.getByLabel('Name').fill(name);
  await dialog.getByLabel('Base URL').fill('http://127.0.0.1:9/v1');
  await dialog.getByRole('button', { name: 'Test' }).click();
  await expect(dialog.getByRole('alert')).toContainText('could not be reached at http://127.0.0.1:9');
  await dialog.getByLabel('Base URL').fill(providerUrl());
  await dialog.getByRole('button', { name: 'Save' }).click();
  await expect(row(page, name)).toContainText(providerUrl());
  await expect(row(page, name)).toContainText('No value');
  await expect(row(page, name)).toContainText('4 models');
});

test('a key is renamed, rotated, made the default and not, and deleted', async ({ page }) => {
  const first = unique('First');
  const second = unique('Second');
  await addKey(page, first, { isOrganizationDefault: true });
  await addKey(page, second);
  await page.goto('/settings/chat');
  const dialog = page.getByRole('dialog');

  await choose(page, second, 'Set as organization default');
  await expect(row(page, second)).toContainText('Default');
  await expect(row(page, first)).not.toContainText('Default');
  await choose(page, second, 'Unset as organization default');
  await expect(row(page, second)).not.toContainText('Default');

  await choose(page, first, 'Rotate');
  await dialog.getByLabel('API Key', { exact: true }).fill('sk-wrong');
  await dialog.getByRole('button', { name: 'Save' }).click();
  await expect(dialog.getByRole('alert')).toContainText('Incorrect API key provided');
  await dialog.getByLabel('API Key', { exact: true }).fill('sk-e2e-new');
  await expectAccessible(page);
  await dialog.getByRole('button', { name: 'Save' }).click();
  await expect(page.getByText(`${first} has a new value`)).toBeVisible();

  const renamed = unique('Renamed');
  await choose(page, first, 'Edit');
  await dialog.getByLabel('Name').fill(renamed);
  await dialog.getByRole('button', { name: 'Save' }).click();
  await expect(row(page, renamed)).toBeVisible();

  await choose(page, renamed, 'Delete…');
  await expectAccessible(page);
  await page.getByRole('button', { name: 'Delete key' }).click();
  await expect(row(page, renamed)).toHaveCount(0);
  await expect(row(page, second)).toBeVisible();
});

test('a profile moves to the key it is checked for', async ({ page }) => {
  const agent = await createAgent(page, unique('Moving'));
  const before = unique('Before');
  const after = unique('After');
  await addKey(page, before, { profileIds: [agent.id] });
  await addKey(page, after);
  await page.goto('/settings/chat');
  await choose(page, after, 'Manage Profiles');
  const item = page.getByRole('dialog').getByRole('listitem').filter({ hasText: agent.name });
  await expect(item).toContainText(`uses ${before}`);
  await item.getByRole('checkbox').check();
  await expect(item).toContainText(`replaces ${before}`);
  await page.getByRole('dialog').getByRole('button', { name: 'Save' }).click();
  await expect(row(page, after)).toContainText(agent.name);
  await expect(row(page, before)).not.toContainText(agent.name);
});

test('the models of a key are listed with their prices', async ({ page }) => {
  const name = unique('Models');
  await addKey(page, name);
  await page.goto('/settings/chat');
  await choose(page, name, 'See its models');
  const table = page.getByRole('table', { name: `Models of ${name}` });
  await expect(table.getByRole('row').filter({ hasText: 'gpt-5-mini' })).toContainText('$');
  await expect(table.getByRole('link', { name: 'Add a price for gpt-unpriced-e2e' })).toBeVisible();
  await page.getByRole('button', { name: 'List anew' }).click();
  await expect(table.getByRole('row')).toHaveCount(5);
  await expectAccessible(page);
  await table.getByRole('link', { name: 'Add a price for gpt-unpriced-e2e' }).click();
  await expect(page.getByRole('dialog').getByLabel('Model')).toHaveValue('gpt-unpriced-e2e');
});

test('without keys the page says what to do, and a failure is told', async ({ page }) => {
  await page.goto('/settings/chat');
  await expect(page.getByRole('heading', { name: 'No keys yet' })).toBeVisible();
  await expectAccessible(page);
  await page.route('**/api/llm-provider-api-keys', (route) =>
    route.fulfill({
      status: 500,
      json: { error: { type: 'api_internal_server_error', message: 'The disk is full.' } },
    }),
  );
  await page.reload();
  await expect(page.getByText('The disk is full.')).toBeVisible();
  await expectAccessible(page);
  await page.unroute('**/api/llm-provider-api-keys');
  await page.getByRole('button', { name: 'Try again' }).first().click();
  await expect(page.getByRole('heading', { name: 'No keys yet' })).toBeVisible();
});
