import { chat, expect, expectAccessible, test, unique } from './fixtures';

test('a price is changed and set back', async ({ page }) => {
  await page.goto('/prices');
  await expectAccessible(page);
  await page.getByLabel('Source').selectOption('builtin');
  const row = page.getByRole('row').nth(1);
  const model = (await row.getByRole('cell').first().textContent()) ?? '';
  const builtIn = await row.getByRole('cell').nth(2).textContent();

  await page.getByRole('button', { name: `Edit the price of ${model}`, exact: true }).click();
  await expect(page).toHaveURL(/edit=/);
  await page.getByRole('dialog').getByLabel('Input').fill('123.45');
  await expectAccessible(page);
  await page.getByRole('button', { name: 'Save price' }).click();

  await page.getByLabel('Source').selectOption('custom');
  await expect(page.getByRole('row').filter({ hasText: model })).toContainText('$123.45');
  await page.getByRole('button', { name: `Remove your price for ${model}`, exact: true }).click();
  await page.getByRole('button', { name: 'Remove', exact: true }).click();
  await page.getByLabel('Source').selectOption('builtin');
  await page.getByRole('searchbox', { name: 'Search models' }).fill(model);
  await expect(page.getByRole('row').filter({ hasText: model }).first()).toContainText(builtIn ?? '');
});

test('a model in use without a price is listed and filled', async ({ page }) => {
  const model = unique('finetune').replace(' ', '-');
  await chat('hello', model);
  await expect
    .poll(async () =>
      ((await (await page.request.get('/api/token-prices/unpriced')).json()) as { model: string }[]).map(
        (each) => each.model,
      ),
    )
    .toContain(model);
  await page.goto('/prices');
  await page.getByRole('button', { name: `Add a price for ${model}` }).click();
  const dialog = page.getByRole('dialog');
  await expect(dialog.getByLabel('Model')).toHaveValue(model);
  await dialog.getByLabel('Input').fill('free');
  await dialog.getByRole('button', { name: 'Save price' }).click();
  await expect(dialog.getByText('A number such as')).toBeVisible();
  await dialog.getByLabel('Input').fill('1.5');
  await dialog.getByLabel('Output').fill('6');
  await dialog.getByRole('button', { name: 'Save price' }).click();
  await expect(page.getByRole('button', { name: `Add a price for ${model}` })).toBeHidden();
});
