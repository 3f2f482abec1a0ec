import { mcpServerUrl } from './environment';
import { expect, expectAccessible, installRemote, test, unique } from './fixtures';

test('what comes along is shown, searched and filtered without a network', async ({ page }) => {
  await page.goto('/catalog?source=builtin');
  const cards = page.getByRole('article');
  await expect(cards.first()).toBeVisible();
  expect(await cards.count()).toBeGreaterThanOrEqual(30);
  await expectAccessible(page);
  await page.getByRole('searchbox', { name: 'Search servers' }).fill('filesystem');
  await expect(page).toHaveURL(/q=filesystem/);
  await expect(page.getByRole('heading', { level: 2, name: /filesystem/i }).first()).toBeVisible();
  await page.getByRole('searchbox', { name: 'Search servers' }).fill('no such server');
  await expect(page.getByRole('heading', { name: 'No server matches' })).toBeVisible();
  await expectAccessible(page);
});

test('a configuration is pasted, its secret is recognised, and nothing is added before it was looked at', async ({
  page,
}) => {
  const name = unique('pasted').replace(' ', '-');
  const token = `ghp_${'a1B2c3D4e5'.repeat(4).slice(0, 36)}`;
  await page.goto('/catalog');
  await page.getByRole('link', { name: 'Paste a configuration' }).click();
  const dialog = page.getByRole('dialog');
  await expectAccessible(page);
  await dialog.getByLabel('Configuration').fill(
    JSON.stringify({
      mcpServers: {
        [name]: {
          command: 'npx',
          args: ['-y', '@modelcontextprotocol/server-github'],
          env: { GITHUB_PERSONAL_ACCESS_TOKEN: token },
        },
      },
    }),
  );
  await dialog.getByRole('button', { name: 'Look at it' }).click();
  await expect(dialog.getByText('goes to the secret store')).toBeVisible();
  await expect(dialog.getByText('npx -y @modelcontextprotocol/server-github')).toBeVisible();
  expect(await dialog.textContent()).not.toContain(token);
  await expectAccessible(page);
  await dialog.getByRole('button', { name: 'Add and install' }).click();

  await expect(page).toHaveURL(/install=/);
  await expect(page.getByRole('heading', { name: `Install ${name}` })).toBeVisible();
  await expect(page.getByRole('dialog').getByLabel('GITHUB_PERSONAL_ACCESS_TOKEN')).toHaveAttribute('type', 'password');
  await expectAccessible(page);
});

test('what is no configuration is refused with what would be one', async ({ page }) => {
  await page.goto('/catalog/paste');
  const dialog = page.getByRole('dialog');
  await dialog.getByLabel('Configuration').fill('just some words, and nothing to start');
  await dialog.getByRole('button', { name: 'Look at it' }).click();
  await expect(dialog.getByRole('alert')).toBeVisible();
  await expect(dialog.getByLabel('Configuration')).toHaveValue(/just some words/);
  await expectAccessible(page);
});

test('a server is described by form, missing fields are named, and it is installed, changed and deleted', async ({
  page,
}) => {
  const name = unique('by-form').replace(' ', '-');
  await page.goto('/catalog/new');
  const dialog = page.getByRole('dialog');
  await dialog.getByRole('button', { name: 'Add to the registry' }).click();
  await expect(dialog.getByText('It needs a name.')).toBeVisible();
  await expectAccessible(page);
  await dialog.getByRole('radio', { name: /at an address/ }).click();
  await dialog.getByLabel('Name').fill(name);
  await dialog.getByLabel('Address').fill(mcpServerUrl(name));
  await dialog.getByRole('button', { name: 'Add to the registry' }).click();

  await expect(page.getByRole('heading', { name: `Install ${name}` })).toBeVisible();
  await page.getByRole('dialog').getByRole('radio', { name: 'Everyone' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Connect' }).click();
  await expect(page.getByText('Ready with 3 tools')).toBeVisible({ timeout: 20_000 });
  await expectAccessible(page);
  await page.getByRole('dialog').getByRole('button', { name: 'Close' }).last().click();

  await page.goto(`/catalog?source=registry&q=${name}`);
  const card = page.getByRole('article').filter({ hasText: name });
  await expect(card).toContainText('1 installation, 3 tools');
  await card.getByRole('button', { name: `Actions for ${name}` }).click();
  await page.getByRole('menuitem', { name: 'Edit' }).click();
  await expect(page.getByText('One server is installed from it')).toBeVisible();
  await page
    .getByRole('dialog')
    .getByLabel('Address')
    .fill(mcpServerUrl(`${name}-moved`));
  await page.getByRole('dialog').getByRole('button', { name: 'Save changes' }).click();
  await expect(page.getByRole('dialog')).toHaveCount(0);
  await page.goto(`/servers?q=${name}`);
  await expect(page.getByRole('row').filter({ hasText: name })).toContainText('Reinstall');

  await page.goto(`/catalog?source=registry&q=${name}`);
  await card.getByRole('button', { name: `Actions for ${name}` }).click();
  await page.getByRole('menuitem', { name: 'Delete' }).click();
  await page.getByLabel(/to confirm/).fill(name);
  await page.getByRole('button', { name: 'Delete entry' }).click();
  await expect(page.getByRole('heading', { name: 'No server matches' })).toBeVisible();
});

test('the link of a tool error opens the installation', async ({ page }) => {
  const server = await installRemote(page, unique('linked').replace(' ', '-'));
  await page.goto(`/mcp-catalog/registry?install=${server.catalogId}`);
  await expect(page).toHaveURL(/\/catalog\?/);
  await expect(page.getByRole('heading', { name: `Install ${server.name}` })).toBeVisible();
});
