import { expect, expectAccessible, test, unique } from './fixtures';
import { join } from './persons';

test('a role is made with the keyboard, given, explained, and deleted when nobody has it', async ({
  page,
  browser,
}) => {
  // axe takes its time with two hundred boxes.
  test.slow();
  const role = unique('operator').replace(' ', '_');
  await page.goto('/settings/roles');
  await expectAccessible(page);
  await page.getByRole('link', { name: 'Create role' }).click();
  await page.getByLabel('Name').fill(role);

  // One stop for Tab; the arrows walk past boxes that are not there.
  await page.getByLabel('Everything about Agents').focus();
  await page.keyboard.press('ArrowRight');
  await expect(page.getByLabel('read Agents')).toBeFocused();
  await page.keyboard.press('ArrowRight');
  await page.keyboard.press('ArrowRight');
  await page.keyboard.press('Space');
  await expect(page.getByLabel('update Agents')).toBeChecked();
  await expect(page.getByLabel('read Agents'), 'who changes it reads it').toBeChecked();
  await page.keyboard.press('ArrowDown');
  await expect(page.getByLabel('update Prompts')).toBeFocused();
  await page.getByLabel('Everything about Limits').check();
  await expect(page.getByLabel('delete Limits')).toBeChecked();
  await expectAccessible(page);
  await page.getByRole('button', { name: 'Create role' }).click();
  await expect(page.getByRole('table', { name: 'Roles' }).getByRole('row', { name: role })).toContainText('nobody');

  const bea = await join(page, browser, role);
  await page.goto(`/settings/access?role=${role}`);
  await expect(page.getByRole('img', { name: 'update Agents: yes' })).toBeVisible();
  await expect(page.getByRole('img', { name: 'delete Agents: no' })).toBeVisible();
  await expectAccessible(page);

  await page.goto('/settings/roles');
  const remove = async () => {
    await page.getByRole('button', { name: `Actions for ${role}` }).click();
    await page.getByRole('menuitem', { name: 'Delete' }).click();
    await page.getByRole('button', { name: 'Delete role' }).click();
  };
  await remove();
  await expect(page.getByRole('alert')).toContainText('1 members');
  await page.keyboard.press('Escape');
  const members = await page.request.get(`/api/organization/members?search=${bea.email}`);
  const [{ id }] = (await members.json()) as [{ id: string }];
  await page.request.delete(`/api/organization/members/${id}`);
  await page.reload();
  await remove();
  await expect(page.getByRole('row', { name: role })).toHaveCount(0);
  await bea.context.close();
});

test('what is built in is shown and copied, not changed', async ({ page }) => {
  await page.goto('/settings/roles/member');
  await expect(page.getByRole('table', { name: 'What member may do' })).toBeVisible();
  await expect(page.getByRole('checkbox')).toHaveCount(0);
  await expectAccessible(page);
  await page.getByRole('link', { name: 'Make one like it' }).click();
  await expect(page.getByLabel('read Agents')).toBeChecked();
  await page.getByLabel('Name').fill('Not A Name');
  await page.getByRole('button', { name: 'Create role' }).click();
  await expect(page.getByText('2 to 50 of a to z, 0 to 9 and _.')).toBeVisible();
  await expect(page.getByLabel('Name')).toBeFocused();
});
