import { expect, expectAccessible, test, unique } from './fixtures';
import { signedOut } from './persons';

test('a provider is added from a preset, tested step by step, offered at the sign-in, and deleted', async ({
  page,
  browser,
}) => {
  const name = unique('Corp').replace(' ', '-');
  await page.goto('/settings/identity-providers');
  await expectAccessible(page);
  await page.getByRole('link', { name: 'Add provider' }).click();
  await expectAccessible(page);
  await page.getByRole('link', { name: /^Okta/ }).click();
  await expect(page.getByText(/\/api\/auth\/sso\/callback\/Okta$/)).toBeVisible();
  await page.getByRole('button', { name: 'Add provider' }).click();
  await expect(page.getByText('Put your own in place of {domain}.')).toBeVisible();
  await expect(page.getByLabel('Issuer')).toBeFocused();
  await expectAccessible(page);

  await page.getByLabel('Name').fill(name);
  await page.getByLabel('Issuer').fill('http://127.0.0.1:9');
  await expect(page.getByLabel('Discovery address')).toHaveValue('http://127.0.0.1:9/.well-known/openid-configuration');
  await page.getByLabel('Client ID').fill('client');
  await page.getByLabel('Client secret').fill('a secret');
  await page.getByRole('button', { name: 'Add rule' }).click();
  await page.getByLabel('Expression of rule 1').fill('{{#includes groups "ops"}}');
  await page.getByLabel('Role of rule 1').selectOption('editor');
  await page.getByRole('button', { name: 'Add provider' }).click();
  await expect(page.getByRole('alert')).toContainText(/rule/i);
  await page.getByLabel('Expression of rule 1').fill('{{#includes groups "ops"}}yes{{/includes}}');
  await page.getByRole('button', { name: 'Add provider' }).click();
  const row = page.getByRole('table', { name: 'Identity providers' }).getByRole('row', { name });
  await expect(row).toContainText('not tried');
  await expectAccessible(page);

  await row.getByRole('button', { name: `Test ${name}` }).click();
  await expect(page).toHaveURL(/provider=.*test=/);
  await expect(page.getByText('It does not work yet.')).toBeVisible();
  await expect(page.getByRole('list', { name: 'Steps' }).getByRole('img', { name: 'failed' })).toBeVisible();
  await expectAccessible(page);
  await page.getByRole('button', { name: 'Close' }).first().click();

  await row.getByRole('button', { name: `Actions for ${name}` }).click();
  await page.getByRole('menuitem', { name: 'Edit' }).click();
  await expect(page.getByLabel('Client secret')).toHaveValue('********');
  await expect(page.getByLabel('Role of rule 1')).toHaveValue('editor');
  await page.getByLabel('Client ID').fill('client-2');
  await page.getByRole('button', { name: 'Save provider' }).click();
  await expect(row).toBeVisible();

  const context = await signedOut(browser);
  const visitor = await context.newPage();
  await visitor.goto('/auth/sign-in?error=sso_denied&message=The+provider+said+no.');
  await expect(visitor.getByRole('alert')).toContainText('The provider said no.');
  await expect(visitor.getByRole('button', { name: `Continue with ${name}` })).toBeVisible();
  await expectAccessible(visitor);
  await visitor.getByRole('button', { name: `Continue with ${name}` }).click();
  await expect(visitor.getByRole('alert')).toHaveCount(2);
  await context.close();

  await row.getByRole('button', { name: `Actions for ${name}` }).click();
  await page.getByRole('menuitem', { name: 'Delete' }).click();
  await page.getByLabel(/to confirm/).fill(name);
  await page.getByRole('button', { name: 'Delete provider' }).click();
  await expect(row).toHaveCount(0);
});
