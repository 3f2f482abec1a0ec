import { expect, expectAccessible, test } from './fixtures';

// On the server of all specs, which has no provider's key until a later file adds one.
test('without a key the page says so, offers what works, and the demo model is labelled', async ({ page }) => {
  await page.goto('/chat');
  const ways = page.getByRole('region', { name: 'There is no model to talk to yet' });
  await expect(ways).toBeVisible();
  await expectAccessible(page);
  await expect(ways.getByRole('link', { name: 'Add a key' })).toHaveAttribute('href', '/settings/chat');
  await ways.getByRole('button', { name: 'Use the demo model' }).click();
  await expect(page.getByText('Demo model, no AI')).toBeVisible();
  await expect(page.getByRole('button', { name: 'Model: Demo model (no AI)' })).toBeVisible();
  await expectAccessible(page);
  await page.getByRole('textbox', { name: 'Message', exact: true }).fill('hello');
  await page.getByRole('textbox', { name: 'Message', exact: true }).press('Enter');
  await expect(page).toHaveURL(/\/chat\/[0-9a-f-]{36}/);
  await expect(page.getByRole('article', { name: 'Answer' })).toContainText(/demo/i);
  await expect(page.getByRole('button', { name: 'Send', exact: true })).toBeVisible();
  await expectAccessible(page);
});
