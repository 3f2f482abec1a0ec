import { uiUrl } from './environment';
import { expect, expectAccessible, test, unique } from './fixtures';
import { CLIENT, startOpenIdProvider } from './openid-provider';
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

test('a provider that works passes its test, whole, and then signs somebody in', async ({ page, browser }) => {
  const name = unique('Works').replace(' ', '-');
  const email = `${name.toLowerCase()}@example.com`;
  const user = { sub: name, email, email_verified: true, name: 'Ann of Works', groups: ['ops'] };
  const provider = await startOpenIdProvider(user);
  const made = await page.request.post('/api/identity-providers', {
    data: {
      providerId: name,
      issuer: provider.issuer,
      domain: 'example.com',
      oidcConfig: {
        issuer: provider.issuer,
        clientId: CLIENT.id,
        clientSecret: CLIENT.secret,
        discoveryEndpoint: `${provider.issuer}/.well-known/openid-configuration`,
        pkce: true,
        scopes: ['openid', 'email', 'profile', 'groups'],
      },
      roleMapping: {
        defaultRole: 'member',
        rules: [{ expression: '{{#includes groups "ops"}}yes{{/includes}}', role: 'editor' }],
      },
    },
  });
  expect(made.ok(), await made.text()).toBe(true);
  const { id } = (await made.json()) as { id: string };

  await page.goto('/settings/identity-providers');
  const row = page.getByRole('table', { name: 'Identity providers' }).getByRole('row', { name });
  await row.getByRole('button', { name: `Test ${name}` }).click();
  const sheet = page.getByRole('dialog');
  await expect(sheet.getByText(/What can be asked without a person is right/)).toBeVisible();
  await expectAccessible(page);
  const popup = page.waitForEvent('popup');
  await sheet.getByRole('button', { name: 'Sign in for the test' }).click();
  await (await popup).waitForURL((url) => url.origin === uiUrl());
  await expect(sheet.getByText('It works, from the first request to the role and teams.')).toBeVisible();
  await expect(sheet.getByRole('list', { name: 'Steps' })).toContainText('editor (rule 1)');
  await expect(sheet.getByRole('img', { name: 'failed' })).toHaveCount(0);
  await expectAccessible(page);
  await sheet.getByRole('button', { name: 'Close' }).last().click();
  await expect(row).not.toContainText('not tried');

  const context = await signedOut(browser);
  const ann = await context.newPage();
  await ann.goto('/auth/sign-in');
  await ann.getByRole('button', { name: `Continue with ${name}` }).click();
  // The page to sign in at has a heading, too.
  await expect(ann.getByRole('navigation', { name: 'Main' })).toBeVisible();
  const session = (await (await context.request.get('/api/auth/get-session')).json()) as { user: { email: string } };
  expect(session.user.email).toBe(email);
  await context.close();

  await page.goto('/settings/secrets');
  const secret = page.getByRole('row', { name: `identity provider ${name}` });
  await expect(secret).toContainText('Identity provider');
  await expect(secret.getByRole('link', { name })).toBeVisible();
  await secret.getByRole('button', { name: /^Actions for/ }).click();
  await expect(page.getByRole('menuitem', { name: 'Delete…' })).toBeDisabled();
  expect((await page.request.delete(`/api/identity-providers/${id}`)).ok()).toBe(true);
  provider.stop();
});
