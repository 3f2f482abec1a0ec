import { CREDENTIALS } from './environment';
import { expect, expectAccessible, test, unique } from './fixtures';
import { saveSignedIn } from './sign-in-state';

/** From the first change on; the published password can't be chosen again, so this file is the last one. */
const OWN = { email: CREDENTIALS.email, password: 'a password of my own' };

test('the default password is warned of on every page', async ({ page }) => {
  for (const path of ['/', '/connect', '/logs', '/agents', '/prices', '/settings/account']) {
    await page.goto(path);
    await expect(page.getByText('The administrator still has the default password.')).toBeVisible();
  }
  await expectAccessible(page);
});

// Needs the default password, so it comes before whatever changes it.
test.describe('from another machine', () => {
  test.use({ storageState: { cookies: [], origins: [] }, extraHTTPHeaders: { 'x-forwarded-for': '203.0.113.7' } });

  test('the default password opens nothing but the way to a new one', async ({ page }) => {
    const banner = page.getByText('The administrator still has the default password.');
    await page.goto('/agents');
    await page.getByLabel('Email').fill(CREDENTIALS.email);
    await page.getByLabel('Password').fill(CREDENTIALS.password);
    await page.getByRole('button', { name: 'Sign in' }).click();
    await expect(page.getByRole('heading', { name: 'Choose a new password' })).toBeVisible();
    await expectAccessible(page);
    expect((await page.request.get('/api/agents')).status()).toBe(403);
    await page.goto('/prices');
    await expect(page).toHaveURL(/\/new-password/);

    await page.getByLabel('Current password').fill(CREDENTIALS.password);
    await page.getByLabel('New password', { exact: true }).fill(OWN.password);
    await page.getByLabel('New password again').fill(OWN.password);
    await page.getByRole('button', { name: 'Set the password' }).click();
    await expect(page.getByRole('heading', { name: 'Prices' })).toBeVisible();
    await expect(banner).toBeHidden();

    await saveSignedIn(OWN);
  });
});

test('the name is changed', async ({ page }) => {
  const name = unique('Ada');
  await page.goto('/settings');
  await expect(page).toHaveURL(/\/settings\/account/);
  await expectAccessible(page);
  await page.getByLabel('Name').fill(name);
  await page.getByRole('button', { name: 'Save name' }).click();
  await expect(page.getByRole('button', { name: `Account: ${name}` })).toBeVisible();
});

test('the password is changed', async ({ page }) => {
  await page.goto('/settings/account');
  await page.getByLabel('Current password').fill(OWN.password);
  await page.getByLabel('New password', { exact: true }).fill('short');
  await page.getByLabel('New password again').fill('other');
  await page.getByRole('button', { name: 'Change password' }).click();
  await expect(page.getByText('At least 8 characters.')).toBeVisible();

  await page.getByLabel('New password', { exact: true }).fill('a sentence nobody knows');
  await page.getByLabel('New password again').fill('a sentence nobody knows');
  await page.getByRole('button', { name: 'Change password' }).click();
  await expect(page.getByText('Password changed')).toBeVisible();

  const back = { currentPassword: 'a sentence nobody knows', newPassword: OWN.password };
  expect((await page.request.post('/api/auth/change-password', { data: back })).ok()).toBe(true);
});
