import type { Page } from '@playwright/test';
import { CREDENTIALS, mcpServerUrl, providerPort, uiUrl } from './environment';
import { expect, expectAccessible, test, unique } from './fixtures';
import { type Started, startServer } from './server';
import { startVault, type Vault, vaultProgram } from './vault';

const VALUE = 'sk-e2e-secret-of-the-secrets-page';

async function addKey(page: Page, name: string, more: object = { apiKey: VALUE }): Promise<string> {
  const data = { name, provider: 'openai', ...more };
  const answer = await page.request.post('/api/llm-provider-api-keys', { data });
  expect(answer.ok(), await answer.text()).toBe(true);
  return ((await answer.json()) as { id: string }).id;
}

async function signIn(page: Page): Promise<void> {
  const answer = await page.request.post('/api/auth/sign-in/email', { data: CREDENTIALS });
  expect(answer.ok(), await answer.text()).toBe(true);
}

/** Another server than that of the other specs, so another sign-in. Before it is there, nothing goes to it. */
function at(server: () => Started | undefined) {
  return {
    storageState: { cookies: [], origins: [] },
    // eslint-disable-next-line no-empty-pattern -- Playwright reads the fixtures from this pattern
    baseURL: async ({}, provide: (url: string) => Promise<void>) => provide(server()?.ui ?? uiUrl()),
  };
}

/** A remote server that wants a secret, and a team whose folder it lies in. */
async function addWeather(page: Page): Promise<{ id: string; name: string }> {
  const name = unique('weather').replace(' ', '-');
  const team = await page.request.post('/api/teams', { data: { name: 'Weather' } });
  const { id: teamId } = (await team.json()) as { id: string };
  const folder = { vaultPath: 'secret/data/teams/weather' };
  await page.request.post(`/api/teams/${teamId}/vault-folder`, { data: folder });
  const field = { type: 'string', required: true, description: 'From the weather service.' };
  const userConfig = {
    key: { ...field, title: 'API key', sensitive: true, headerName: 'x-key' },
    region: { ...field, title: 'Region' },
  };
  const data = { name, serverType: 'remote', serverUrl: mcpServerUrl(name), requiresAuth: true, userConfig };
  const answer = await page.request.post('/api/internal_mcp_catalog', { data });
  expect(answer.ok(), await answer.text()).toBe(true);
  return { id: ((await answer.json()) as { id: string }).id, name };
}

async function referencesOf(page: Page, server: string): Promise<string[]> {
  const answer = await page.request.get(`/api/secrets?kind=mcpServer&search=${server}`);
  const { data } = (await answer.json()) as { data: { references: { reference: string }[] }[] };
  return data.flatMap((secret) => secret.references.map(({ reference }) => reference));
}

const list = (page: Page) => page.getByRole('region', { name: 'Secrets', exact: true });
const row = (page: Page, name: string) => list(page).getByRole('row').filter({ hasText: name });

test('a secret is found by its name, rotated, and its value is shown nowhere', async ({ page }) => {
  const name = unique('Secret');
  const id = await addKey(page, name);
  await page.goto('/settings/secrets');
  await expect(row(page, name)).toContainText('Provider key');
  await expect(row(page, name)).toContainText('Database');
  await expectAccessible(page);
  await page.getByRole('searchbox', { name: 'Search by name' }).fill('no such secret');
  await expect(page.getByRole('heading', { name: 'No secret matches' })).toBeVisible();
  await page.getByRole('button', { name: 'Clear the filters' }).click();
  await page.getByLabel('Kind').selectOption('Provider key');
  await expect(page).toHaveURL(/kind=providerKey/);

  await row(page, name)
    .getByRole('button', { name: /^Actions for/ })
    .click();
  await page.getByRole('menuitem', { name: 'Rotate' }).click();
  await expectAccessible(page);
  await page.getByRole('dialog').getByRole('button', { name: 'Encrypt anew' }).click();
  await expect(page.getByText('was encrypted anew')).toBeVisible();
  await row(page, name)
    .getByRole('button', { name: /^Actions for/ })
    .click();
  await expect(page.getByRole('menuitem', { name: 'Delete…' })).toBeDisabled();
  await page.keyboard.press('Escape');
  expect(await page.content()).not.toContain(VALUE);
  expect(await (await page.request.get('/api/secrets?limit=500')).text()).not.toContain(VALUE);

  await row(page, name).getByRole('link', { name }).click();
  await expect(page.getByRole('dialog', { name: `Edit ${name}` })).toBeVisible();
  await page.request.delete(`/api/llm-provider-api-keys/${id}`);
});

test('the store says that it works', async ({ page }) => {
  await page.goto('/settings/secrets');
  const store = page.getByRole('listitem', { name: 'Database' });
  await expect(store).toContainText('New secrets go here');
  await store.getByRole('button', { name: 'Test the connection: Database' }).click();
  await expect(store.getByRole('status')).toContainText('It answered in');
  await expectAccessible(page);
});

test('what cannot be read is told, and comes back', async ({ page }) => {
  const failure = { error: { type: 'api_internal_server_error', message: 'The disk is full.' } };
  await page.route('**/api/secrets**', (route) => route.fulfill({ status: 500, json: failure }));
  await page.route('**/api/secrets/**', (route) => route.fulfill({ status: 500, json: failure }));
  await page.goto('/settings/secrets');
  await expect(page.getByText('The disk is full.')).toHaveCount(2);
  await expectAccessible(page);
  await page.unrouteAll();
  await list(page).getByRole('button', { name: 'Try again' }).click();
  const status = page.getByRole('region', { name: 'Where secrets are kept' });
  await status.getByRole('button', { name: 'Try again' }).click();
  await expect(page.getByRole('listitem', { name: 'Database' })).toBeVisible();
});

test.describe('when Vault is configured and its token is missing', () => {
  let server: Started | undefined;
  test.beforeAll(async () => {
    test.setTimeout(120_000);
    server = await startServer(providerPort(), {
      ARCHESTRA_SECRETS_MANAGER: 'VAULT',
      ARCHESTRA_HASHICORP_VAULT_ADDR: 'http://127.0.0.1:9',
    });
  });
  test.afterAll(() => server?.stop());
  test.use(at(() => server));

  test('every page says in red that secrets are in the database, and what to do', async ({ page }) => {
    await signIn(page);
    const banner = page.getByRole('alert').filter({ hasText: 'ARCHESTRA_HASHICORP_VAULT_TOKEN' });
    for (const path of ['/', '/servers', '/prices', '/settings/chat', '/settings/account']) {
      await page.goto(path);
      await expect(banner).toContainText('database');
    }
    await expectAccessible(page);
    await banner.getByRole('link', { name: 'See the store' }).click();
    await expect(page.getByRole('region', { name: 'Where secrets are kept' })).toContainText('VAULT is configured');
    await expectAccessible(page);
  });
});

test.describe('with a Vault that is only read', () => {
  const program = vaultProgram();
  let vault: Vault | undefined;
  let server: Started | undefined;
  test.skip(program === null, 'needs bao or vault on the path, or its program in ARCHESTRA_E2E_VAULT');
  test.beforeAll(async () => {
    test.setTimeout(120_000);
    vault = await startVault(program ?? '');
    await vault.write('secret/data/teams/payments/openai', { api_key: 'sk-e2e-in-vault', other: 'x' });
    await vault.write('secret/data/teams/weather/api', { key: 'key-e2e-in-vault', newer: 'newer-e2e-in-vault' });
    server = await startServer(providerPort(), {
      ARCHESTRA_SECRETS_MANAGER: 'READONLY_VAULT',
      ARCHESTRA_HASHICORP_VAULT_ADDR: vault.address,
      ARCHESTRA_HASHICORP_VAULT_TOKEN: vault.token,
    });
  });
  test.afterAll(async () => {
    await server?.stop();
    await vault?.stop();
  });
  test.use(at(() => server));

  test('a team’s folder is set, a key is picked from it, and only the reference is kept', async ({ page }) => {
    await signIn(page);
    await page.request.post('/api/teams', { data: { name: 'Payments' } });
    await page.goto('/settings/secrets');
    await expect(page.getByRole('listitem', { name: 'Vault' })).toContainText('Read only');
    await page.getByRole('button', { name: 'Test the connection: Vault' }).click();
    await expect(page.getByRole('listitem', { name: 'Vault' }).getByRole('status')).toContainText('It answered in');
    await page.getByRole('button', { name: 'Set the folder of Payments' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByLabel('Vault path').fill('secret/data/teams/payments');
    await dialog.getByRole('button', { name: 'Test' }).click();
    await expect(dialog.getByRole('status')).toContainText('Vault lists 1 secret there.');
    await expectAccessible(page);
    await dialog.getByRole('button', { name: 'Save' }).click();
    await expect(page.getByRole('region', { name: 'Team Vault folders' })).toContainText('secret/data/teams/payments');
    await expectAccessible(page);

    await page.goto('/settings/chat?add=new');
    await dialog.getByLabel('Name').fill('Payments');
    await expect(dialog.getByLabel('API Key', { exact: true })).toHaveCount(0);
    await dialog.getByLabel('Choose from').selectOption('The folder of Payments');
    await dialog.getByLabel('Secret').selectOption('openai');
    await dialog.getByLabel('Key', { exact: true }).selectOption('api_key');
    await expectAccessible(page);
    await dialog.getByRole('button', { name: 'Save' }).click();
    const key = page.getByRole('row').filter({ hasText: 'Payments' });
    await expect(key).toContainText('secret/data/teams/payments/openai#api_key');
    await page.goto('/settings/secrets');
    await expect(row(page, 'Payments')).toContainText('by reference');
    await expectAccessible(page);
  });

  test('an MCP server is installed with where its secret lies, and given another place', async ({ page }) => {
    await signIn(page);
    const { id, name } = await addWeather(page);
    await page.goto(`/catalog?install=${id}`);
    const dialog = page.getByRole('dialog');
    const key = page.getByRole('group', { name: 'API key in Vault' });
    await dialog.getByLabel('Region').fill('eu');
    await expect(dialog.getByRole('group', { name: 'Access token in Vault' })).toBeVisible();
    await expect(dialog.locator('input[type=password]')).toHaveCount(0);
    await key.getByLabel('Vault path').fill('secret/data/teams/weather/api');
    await expect(dialog.getByRole('button', { name: 'Connect' })).toBeDisabled();
    await key.getByLabel('Key', { exact: true }).fill('nothing');
    await dialog.getByRole('button', { name: 'Connect' }).click();
    await expect(dialog.getByRole('alert')).toContainText('secret/data/teams/weather/api#nothing');
    await expectAccessible(page);
    await key.getByLabel('Choose from').selectOption('The folder of Weather');
    await key.getByLabel('Secret').selectOption('api');
    await key.getByLabel('Key', { exact: true }).selectOption('key');
    await expectAccessible(page);
    await dialog.getByRole('button', { name: 'Connect' }).click();
    await expect(page.getByText('Ready with 3 tools')).toBeVisible();
    expect(await referencesOf(page, name)).toEqual(['secret/data/teams/weather/api#key']);

    await dialog.getByRole('link', { name: 'Try a tool' }).click();
    await page.getByRole('tab', { name: 'Configuration' }).click();
    await expect(key).toContainText('Leave it empty to keep it.');
    await key.getByLabel('Vault path').fill('secret/data/teams/weather/api');
    await key.getByLabel('Key', { exact: true }).fill('newer');
    await expectAccessible(page);
    await page.getByRole('button', { name: 'Save and restart' }).click();
    await expect(page.getByText(`${name} starts with the new values.`)).toBeVisible();
    expect(await referencesOf(page, name)).toEqual(['secret/data/teams/weather/api#newer']);
  });

  test('a reference that leads nowhere is told before it is saved', async ({ page }) => {
    await signIn(page);
    await page.goto('/settings/chat?add=new');
    const dialog = page.getByRole('dialog');
    await dialog.getByLabel('Name').fill('Nowhere');
    await dialog.getByLabel('Vault path').fill('secret/data/teams/nobody');
    await dialog.getByLabel('Key', { exact: true }).fill('api_key');
    await dialog.getByRole('button', { name: 'Test' }).click();
    await expect(dialog.getByRole('alert')).toContainText('secret/data/teams/nobody');
    expect(await (await page.request.get('/api/llm-provider-api-keys')).text()).not.toContain('Nowhere');
  });
});
