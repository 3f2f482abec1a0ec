import { expect, expectAccessible, saved, test, unique } from './fixtures';

test('statistics are off until someone agrees, and off again when they do not', async ({ page }) => {
  await page.goto('/settings/privacy');
  const consent = page.getByRole('switch', { name: 'Send anonymous usage statistics' });
  await expect(consent).not.toBeChecked();
  await expectAccessible(page);
  await saved(page, () => consent.click());
  await expect(consent).toBeChecked();
  await page.reload();
  await expect(consent).toBeChecked();
  await saved(page, () => consent.click());
  await expect(consent).not.toBeChecked();
});

test('the organization has a name, and the program a name and a logo for everybody', async ({ page }) => {
  const name = unique('Acme');
  await page.goto('/settings/organization');
  await expectAccessible(page);
  await page.getByLabel('Name', { exact: true }).fill(name);
  await page.getByRole('button', { name: 'Save name' }).click();
  await expect(page.getByText('Name saved')).toBeVisible();
  await page.getByLabel('Name of the application').fill('Acme AI');
  await page.getByRole('button', { name: 'Save', exact: true }).click();
  const brand = page.getByRole('navigation', { name: 'Main' }).getByRole('link', { name: 'Acme AI, home' });
  await expect(brand).toBeVisible();
  await page.getByLabel('Picture for: Logo', { exact: true }).setInputFiles({
    name: 'logo.png',
    mimeType: 'image/png',
    buffer: Buffer.from(PIXEL, 'base64'),
  });
  await expect(brand.locator('img')).toBeVisible();
  await expectAccessible(page);
  await page.getByRole('button', { name: 'Remove Logo', exact: true }).click();
  await expect(brand.locator('img')).toHaveCount(0);
  await page.getByLabel('Name of the application').fill('');
  await page.getByRole('button', { name: 'Save', exact: true }).click();
  await expect(page.getByRole('link', { name: 'Archestra, home' }).first()).toBeVisible();
});

/** The smallest PNG there is. */
const PIXEL = 'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==';
