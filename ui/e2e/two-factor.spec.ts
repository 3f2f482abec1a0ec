import { createHmac } from 'node:crypto';
import { expect, expectAccessible, test } from './fixtures';
import { join, PASSWORD, signedOut } from './persons';

test('a second factor is set up, asked for, replaced by a recovery code, and switched off', async ({
  page: admin,
  browser,
}) => {
  const { page, email, context } = await join(admin, browser);
  await page.goto('/settings/account');
  await page.getByRole('button', { name: 'Set up' }).click();
  await page.getByLabel('Your password').fill('not this');
  await page.getByRole('button', { name: 'Go on' }).click();
  await expect(page.getByRole('alert')).toBeVisible();
  await page.getByLabel('Your password').fill(PASSWORD);
  await page.getByRole('button', { name: 'Go on' }).click();
  await expect(page.getByRole('img', { name: /QR code/ })).toBeVisible();
  const secret = ((await page.getByRole('dialog').locator('code').textContent()) ?? '').replaceAll(' ', '');
  await expectAccessible(page);
  await page.getByLabel('Code from the app').fill('000000');
  await page.getByRole('button', { name: 'Switch on' }).click();
  await expect(page.getByRole('alert')).toBeVisible();
  await page.getByLabel('Code from the app').fill(totp(secret));
  await page.getByRole('button', { name: 'Switch on' }).click();
  const codes = ((await page.getByLabel('Recovery codes', { exact: true }).textContent()) ?? '').trim().split(/\s+/);
  expect(codes).toHaveLength(10);
  await expectAccessible(page);
  await page.getByRole('button', { name: 'I have kept them' }).click();
  await expect(page.getByText('10 recovery codes left')).toBeVisible();
  await expectAccessible(page);

  const elsewhere = await signedOut(browser);
  const other = await elsewhere.newPage();
  await other.goto('/sign-in?redirect=%2Fprices');
  await other.getByLabel('Email').fill(email);
  await other.getByLabel('Password').fill(PASSWORD);
  await other.getByRole('button', { name: 'Sign in' }).click();
  await expect(other.getByRole('heading', { name: 'One more step' })).toBeVisible();
  expect((await other.request.get('/api/agents')).status()).toBe(401);
  await expectAccessible(other);
  await other.getByRole('button', { name: 'Use a recovery code' }).click();
  await other.getByLabel('Recovery code').fill(codes[0] ?? '');
  await other.getByRole('button', { name: 'Sign in' }).click();
  await expect(other.getByRole('heading', { name: 'Prices' })).toBeVisible();

  await other.goto('/settings/account');
  await expect(other.getByText('9 recovery codes left')).toBeVisible();
  await other.getByRole('button', { name: 'Switch off' }).click();
  await other.getByLabel('Your password').fill(PASSWORD);
  await other.getByLabel('Code').fill(codes[1] ?? '');
  await other.getByRole('dialog').getByRole('button', { name: 'Switch off' }).click();
  await expect(other.getByRole('button', { name: 'Set up' })).toBeVisible();
  await elsewhere.close();
  await context.close();
});

/** RFC 6238, as an authenticator app computes it. */
function totp(secret: string): string {
  const counter = Buffer.alloc(8);
  counter.writeBigUInt64BE(BigInt(Math.floor(Date.now() / 30_000)));
  const digest = createHmac('sha1', fromBase32(secret)).update(counter).digest();
  const offset = (digest.at(-1) ?? 0) & 0xf;
  return String((digest.readUInt32BE(offset) & 0x7fffffff) % 1_000_000).padStart(6, '0');
}

function fromBase32(text: string): Buffer {
  const bits = [...text].map((letter) =>
    'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'.indexOf(letter).toString(2).padStart(5, '0'),
  );
  const bytes = bits.join('').match(/.{8}/g) ?? [];
  return Buffer.from(bytes.map((byte) => Number.parseInt(byte, 2)));
}
