import { CREDENTIALS } from './environment';
import { expect, expectAccessible, test, unique } from './fixtures';

test('the name is changed', async ({ page }) => {
  const name = unique('Ada');
  await page.goto('/settings');
  await expect(page).toHaveURL(/\/settings\/account/);
  await expectAccessible(page);
  await page.getByLabel('Name').fill(name);
  await page.getByRole('button', { name: 'Save name' }).click();
  await expect(page.getByRole('button', { name: `Account: ${name}` })).toBeVisible();
});

test('the password is changed, which ends the warning about the default one', async ({ page }) => {
  const banner = page.getByText('The administrator still has the default password.');
  await page.goto('/settings/account');
  await page.getByLabel('Current password').fill(CREDENTIALS.password);
  await page.getByLabel('New password', { exact: true }).fill('short');
  await page.getByLabel('New password again').fill('other');
  await page.getByRole('button', { name: 'Change password' }).click();
  await expect(page.getByText('At least 8 characters.')).toBeVisible();

  await page.getByLabel('New password', { exact: true }).fill('a sentence nobody knows');
  await page.getByLabel('New password again').fill('a sentence nobody knows');
  await page.getByRole('button', { name: 'Change password' }).click();
  await expect(page.getByText('Password changed')).toBeVisible();
  await expect(banner).toBeHidden();

  const back = { currentPassword: 'a sentence nobody knows', newPassword: CREDENTIALS.password };
  expect((await page.request.post('/api/auth/change-password', { data: back })).ok()).toBe(true);
});
