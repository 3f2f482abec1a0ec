import { expect, expectAccessible, test } from './fixtures';

test('Ctrl+K finds pages, actions and agents', async ({ page }) => {
  await page.goto('/');
  await expect(page.getByRole('heading', { name: 'Home' })).toBeVisible();
  await page.keyboard.press('Control+k');
  const input = page.getByRole('combobox', { name: 'Search pages, actions and agents' });
  await expect(input).toBeFocused();
  await expectAccessible(page);
  await input.fill('pric');
  await page.keyboard.press('Enter');
  await expect(page.getByRole('heading', { name: 'Prices' })).toBeVisible();
});

test('g and a letter jump, and ? lists the keys', async ({ page }) => {
  await page.goto('/');
  await expect(page.getByRole('heading', { name: 'Home' })).toBeVisible();
  await page.keyboard.press('g');
  await page.keyboard.press('l');
  await expect(page).toHaveURL(/\/logs/);
  await page.keyboard.press('?');
  await expect(page.getByRole('heading', { name: 'Keyboard shortcuts' })).toBeVisible();
  await expectAccessible(page);
  await page.keyboard.press('Escape');
  await expect(page.getByRole('dialog')).toHaveCount(0);
});

test('the theme is chosen, kept, and painted before the first frame', async ({ page }) => {
  await page.emulateMedia({ colorScheme: 'light' });
  await page.goto('/settings/appearance');
  await expectAccessible(page);
  await page.emulateMedia({ colorScheme: 'light' });
  await page.getByRole('radio', { name: 'Dark' }).click();
  await expect(page.locator('html')).toHaveAttribute('data-theme', 'dark');
  await page.route('**/assets/*.js', (route) => route.abort());
  await page.reload();
  const background = await page.evaluate(() => getComputedStyle(document.documentElement).backgroundColor);
  expect(background).not.toMatch(/255, 255, 255|oklch\(0\.9/);
  await page.unroute('**/assets/*.js');
  await page.reload();
  await page.getByRole('radio', { name: 'Like the system' }).click();
  await expect(page.locator('html')).toHaveAttribute('data-theme', 'light');
});

test('an unreachable server is announced, and the page comes back by itself', async ({ page, context }) => {
  await page.goto('/agents');
  await expect(page.getByRole('table', { name: 'Agents' })).toBeVisible();
  await context.setOffline(true);
  await page.getByRole('searchbox').fill('x');
  const banner = page.getByText('The server cannot be reached.', { exact: true });
  await expect(banner).toBeVisible();
  await expectAccessible(page);
  await context.setOffline(false);
  await expect(banner).toBeHidden({ timeout: 20_000 });
  await page.getByRole('searchbox').fill('');
  await expect(page.getByRole('table', { name: 'Agents' })).toBeVisible();
});

test('with the server away every page still opens and says why it is empty', async ({ page, context }) => {
  const loaded = page.waitForResponse(/_app\.prices.*\.js/);
  await page.goto('/agents');
  await expect(page.getByRole('table', { name: 'Agents' })).toBeVisible();
  await loaded;
  await page.waitForLoadState('networkidle');
  await context.setOffline(true);
  await page.getByRole('navigation', { name: 'Main' }).getByRole('link', { name: 'Prices' }).click();
  await expect(page.getByRole('heading', { name: 'The prices could not be read' })).toBeVisible();
  await expectAccessible(page);
  await context.setOffline(false);
  await expect(page.getByRole('table', { name: /Prices/ })).toBeVisible({ timeout: 20_000 });
});

test('a page opened while the database is away waits and then shows itself', async ({ page }) => {
  // The files are there, the data is not: as when PostgreSQL restarts under a running server.
  const away = {
    status: 503,
    headers: { 'retry-after': '1' },
    json: { error: { type: 'api_unavailable_error', message: 'The database is not reachable just now.' } },
  };
  await page.route('**/api/**', (route) => route.fulfill(away));
  await page.route('**/ready', (route) =>
    route.fulfill({
      status: 503,
      headers: { 'retry-after': '1' },
      json: { status: 'unavailable', checks: { database: { status: 'unavailable', detail: 'restarting' } } },
    }),
  );
  await page.goto('/prices');
  await expect(page.getByText('The server is not ready')).toBeVisible();
  await expect(page.getByRole('heading', { name: 'This page could not be shown' })).toBeVisible();
  await expectAccessible(page);
  await page.unroute('**/api/**');
  await page.unroute('**/ready');
  await expect(page.getByRole('heading', { name: 'Prices', exact: true })).toBeVisible({ timeout: 20_000 });
  await expect(page.getByText('The server is not ready')).toBeHidden();
});

test('an address without a page says so', async ({ page }) => {
  await page.goto('/no/such/page');
  await expect(page.getByRole('heading', { name: 'There is no page at this address' })).toBeVisible();
  await expectAccessible(page);
});

test('every page is reached with the keyboard alone', async ({ page }) => {
  await page.goto('/');
  await expect(page.getByRole('heading', { name: 'Home' })).toBeVisible();
  await page.keyboard.press('Tab');
  await expect(page.getByRole('link', { name: 'Skip to the content' })).toBeFocused();
  for (const name of [
    'Connect',
    'Catalogue',
    'Servers',
    'Gateways',
    'Runtimes',
    'Requests',
    'LLM logs',
    'MCP logs',
    'Agents',
    'Prices',
    'Settings',
  ]) {
    const link = page.getByRole('navigation', { name: 'Main' }).getByRole('link', { name });
    await link.focus();
    await page.keyboard.press('Enter');
    await expect(page.getByRole('heading', { level: 1, name })).toBeVisible();
  }
});
