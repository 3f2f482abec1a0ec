import { CREDENTIALS } from './environment';
import { expect, expectAccessible, test } from './fixtures';

test.use({ storageState: { cookies: [], origins: [] } });

test('who is not signed in is asked to, and comes back to where they wanted to go', async ({ page }) => {
  await page.goto('/prices?search=gpt');
  await expect(page).toHaveURL(/\/sign-in\?redirect=/);
  await expectAccessible(page);

  await page.getByLabel('Email').fill(CREDENTIALS.email);
  await page.getByLabel('Password').fill(CREDENTIALS.password);
  await page.getByRole('button', { name: 'Sign in' }).click();
  await expect(page).toHaveURL(/\/prices\?search=gpt/);
  await expect(page.getByRole('heading', { name: 'Prices' })).toBeVisible();
});

test('a wrong password is named as such, and too many are slowed down', async ({ page }) => {
  await page.goto('/sign-in');
  const submit = page.getByRole('button', { name: 'Sign in' });
  await page.getByLabel('Email').fill('nobody@example.com');
  await page.getByLabel('Password').fill('wrong password');
  await submit.click();
  await expect(page.getByRole('alert')).toContainText('not right');
  for (let attempt = 0; attempt < 8; attempt++) {
    await page.request.post('/api/auth/sign-in/email', {
      data: { email: 'nobody@example.com', password: 'wrong password' },
    });
  }
  await submit.click();
  await expect(page.getByRole('alert')).toContainText(/Try again in \d+ s/);
  await expect(submit).toBeDisabled();
  await expectAccessible(page);
});

test('signing out leads to the sign-in and closes the session', async ({ page }) => {
  await page.request.post('/api/auth/sign-in/email', { data: CREDENTIALS });
  await page.goto('/');
  await page.getByRole('button', { name: /^Account:/ }).click();
  await page.getByRole('menuitem', { name: 'Sign out' }).click();
  await expect(page).toHaveURL(/\/sign-in/);
  const session = await page.request.get('/api/auth/get-session');
  expect(await session.json()).toBeNull();
});

test('a session that ended leads to the sign-in at the next click, and back', async ({ page, context }) => {
  await page.request.post('/api/auth/sign-in/email', { data: CREDENTIALS });
  await page.goto('/');
  await expect(page.getByRole('heading', { name: 'Home' })).toBeVisible();
  await context.clearCookies();
  await page.getByRole('navigation', { name: 'Main' }).getByRole('link', { name: 'Prices' }).click();
  await expect(page).toHaveURL(/\/sign-in\?redirect=%2Fprices/);
});

test('a link cannot lead through the sign-in to another site', async ({ page }) => {
  await page.request.post('/api/auth/sign-in/email', { data: CREDENTIALS });
  await page.goto('/sign-in?redirect=https%3A%2F%2Fexample.com');
  await expect(page.getByRole('heading', { name: 'Home' })).toBeVisible();
});
