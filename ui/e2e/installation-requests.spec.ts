import { expect, expectAccessible, test, unique } from './fixtures';

test('a server is asked for, talked about and approved, and is then in the registry', async ({ page }) => {
  const name = unique('wanted').replace(' ', '-');
  await page.goto('/requests');
  await page.getByRole('button', { name: 'Ask for a server' }).click();
  const form = page.getByRole('dialog');
  await form.getByLabel('Its name').fill(name);
  await form.getByLabel('Where it is').fill('https://mcp.example.com/mcp');
  await form.getByLabel('What for').fill('The support agent should read the handbook.');
  await expectAccessible(page);
  await form.getByRole('button', { name: 'Ask', exact: true }).click();

  const row = page.getByRole('row').filter({ hasText: name });
  await expect(row).toContainText('Waiting');
  await row.getByRole('button', { name }).click();
  await expect(page).toHaveURL(/open=/);
  const sheet = page.getByRole('dialog');
  await sheet.getByLabel('A note').fill('Read only?');
  await sheet.getByRole('button', { name: 'Add' }).click();
  await expect(sheet.getByRole('listitem').filter({ hasText: 'Read only?' })).toBeVisible();
  await expectAccessible(page);
  await sheet.getByLabel('Your answer').fill('Go ahead.');
  await sheet.getByRole('button', { name: 'Approve' }).click();
  await expect(row).toContainText('Approved');
  await expectAccessible(page);
  await page.goto(`/catalog?source=registry&q=${name}`);
  await expect(page.getByRole('article').filter({ hasText: name })).toBeVisible();
});
