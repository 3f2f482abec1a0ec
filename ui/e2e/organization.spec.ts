import { expect, expectAccessible, test } from './fixtures';

test('statistics are off until someone agrees, and off again when they do not', async ({ page }) => {
  await page.goto('/settings/privacy');
  const consent = page.getByRole('switch', { name: 'Send anonymous usage statistics' });
  await expect(consent).not.toBeChecked();
  await expectAccessible(page);
  await consent.click();
  await expect(consent).toBeChecked();
  await page.reload();
  await expect(consent).toBeChecked();
  await consent.click();
  await expect(consent).not.toBeChecked();
});
