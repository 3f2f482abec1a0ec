import { expect, expectAccessible, saved, test } from './fixtures';

test('one administrator’s colours are everybody’s, readable in light and dark, and there before the first paint', async ({
  page,
}) => {
  await page.goto('/settings/appearance');
  const accent = () => page.evaluate(() => getComputedStyle(document.documentElement).getPropertyValue('--accent'));
  const turn = () => page.evaluate(() => getComputedStyle(document.documentElement).getPropertyValue('--accent-turn'));
  const usual = await accent();
  // The strongest, the palest and one between.
  for (const name of ['Neo brutalism', 'Vercel', 'Bubblegum']) {
    await saved(page, () => page.getByRole('radio', { name }).click());
    await expect(page.getByRole('radio', { name })).toBeChecked();
    await expect.poll(accent).not.toBe(usual);
    await expectAccessible(page);
  }
  const chosen = await turn();
  await page.route('**/assets/*.js', (route) => route.abort());
  await page.reload();
  expect(await turn()).toBe(chosen);
  await page.unroute('**/assets/*.js');
  await page.reload();
  await saved(page, () => page.getByRole('radio', { name: 'Cosmic night' }).click());
  await expect.poll(turn).toBe('0');
});

test('the font is chosen for everybody, from this server, and there before the first paint', async ({ page }) => {
  await page.goto('/settings/appearance');
  const family = () =>
    page.evaluate(() => getComputedStyle(document.body).fontFamily.split(',')[0]?.replaceAll('"', ''));
  await saved(page, () => page.getByRole('radio', { name: 'Lato' }).click());
  await expect.poll(family).toBe('Lato');
  await expect.poll(() => page.evaluate(() => document.fonts.check("16px 'Lato'"))).toBe(true);
  await expectAccessible(page);
  await page.route('**/assets/*.js', (route) => route.abort());
  await page.reload();
  expect(await family()).toBe('Lato');
  await page.unroute('**/assets/*.js');
  await page.reload();
  await saved(page, () => page.getByRole('radio', { name: 'Inter' }).click());
  await expect.poll(family).toBe('Inter Variable');
});
