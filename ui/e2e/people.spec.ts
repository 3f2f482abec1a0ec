import { createAgent, expect, expectAccessible, test, unique } from './fixtures';
import { join, PASSWORD, signedOut } from './persons';

test('an administrator invites, a member accepts, gets a team, and sees only what they may', async ({
  page,
  browser,
}) => {
  // axe looks at eight pages.
  test.slow();
  const team = unique('Support');
  const name = unique('Ann');
  const email = `${name.replace(' ', '.').toLowerCase()}@example.com`;

  await page.goto('/settings/teams');
  await page
    .getByRole('button', { name: /Create (the first )?team/ })
    .first()
    .click();
  await page.getByLabel('Name').fill(team);
  await expectAccessible(page);
  await page.getByRole('dialog').getByRole('button', { name: 'Create team' }).click();
  await expect(page.getByRole('heading', { name: team })).toBeVisible();
  await expectAccessible(page);
  const teamId = new URL(page.url()).pathname.split('/').at(-1) ?? '';
  const ours = unique('Desk');
  const theirs = unique('Vault');
  for (const [agent, teams] of [
    [ours, [teamId]],
    [theirs, [await otherTeam(page)]],
  ] as const) {
    const { id } = await createAgent(page, agent);
    const given = await page.request.put(`/api/agents/${id}`, { data: { scope: 'team', teams } });
    expect(given.ok(), await given.text()).toBe(true);
  }

  await page.goto('/settings/people');
  await expectAccessible(page);
  await page.getByRole('button', { name: 'Invite', exact: true }).click();
  await page.getByLabel('Email', { exact: true }).fill(email);
  await expectAccessible(page);
  await page.getByRole('button', { name: 'Create the link' }).click();
  const link = ((await page.getByLabel('Invitation link', { exact: true }).textContent()) ?? '').trim();
  expect(link).toMatch(/\/auth\/sign-up\?invitation=/);
  await expectAccessible(page);
  await page.getByRole('button', { name: 'I have copied it' }).click();
  await expect(page.getByRole('table', { name: 'Invitations' }).getByRole('row', { name: email })).toContainText(
    'pending',
  );

  const theirBrowser = await signedOut(browser);
  const member = await theirBrowser.newPage();
  await member.goto(new URL(link).pathname + new URL(link).search);
  await expect(member.getByLabel('Email')).toHaveValue(email);
  await expectAccessible(member);
  await member.getByRole('button', { name: 'Join' }).click();
  await expect(member.getByText('How others will see you.')).toBeVisible();
  await member.getByLabel('Name').fill(name);
  await member.getByLabel('Password', { exact: true }).fill(PASSWORD);
  await member.getByLabel('Password again').fill(PASSWORD);
  await member.getByRole('button', { name: 'Join' }).click();
  await expect(member.getByRole('heading', { name: 'Home' })).toBeVisible();

  await member.goto('/agents');
  const agents = member.getByRole('table', { name: 'Agents' });
  await expect(agents).toBeVisible();
  await expect(agents.getByText(ours)).toHaveCount(0);

  await page.goto(`/settings/teams/${teamId}`);
  await page.getByLabel('Person to add').selectOption({ label: `${name} (${email})` });
  await page.getByRole('button', { name: 'Add', exact: true }).click();
  await expect(page.getByRole('table', { name: `Members of ${team}` })).toContainText(name);

  await member.reload();
  await expect(agents.getByText(ours)).toBeVisible();
  await expect(agents.getByText(theirs)).toHaveCount(0);
  await expect(member.getByRole('link', { name: 'Create agent' })).toHaveCount(0);

  await member.goto('/settings/people');
  await expect(member.getByRole('row', { name })).toContainText('you');
  await expect(member.getByRole('button', { name: 'Invite', exact: true })).toHaveCount(0);
  await expect(member.getByRole('table', { name: 'Invitations' })).toHaveCount(0);
  const settings = member.getByRole('navigation', { name: 'Settings' });
  await expect(settings.getByRole('link', { name: 'Teams' })).toBeVisible();
  await expect(settings.getByRole('link', { name: 'Identity providers' })).toHaveCount(0);
  await expectAccessible(member);
  await member.goto('/settings/identity-providers');
  await expect(member.getByRole('heading', { name: 'The identity providers could not be read' })).toBeVisible();

  await page.goto(`/settings/people?search=${email}`);
  await page.getByRole('button', { name: `Actions for ${name}` }).click();
  await page.getByRole('menuitem', { name: 'What can they do?' }).click();
  await expect(page.getByRole('region', { name: 'Agents they see' }).getByText(`through ${team}`)).toBeVisible();
  await expect(page.getByRole('img', { name: 'create Agents: no' })).toBeVisible();
  await expectAccessible(page);
  await theirBrowser.close();
});

test('a link is used once, and a canceled one is over', async ({ page, browser }) => {
  const email = `${unique('cleo').replace(' ', '.')}@example.com`;
  const invited = await page.request.post('/api/invitations', { data: { email } });
  const { url } = (await invited.json()) as { url: string };
  await page.goto('/settings/people');
  await page.getByRole('button', { name: `Cancel the invitation of ${email}` }).click();
  await page.getByRole('button', { name: 'Cancel invitation' }).click();
  await expect(page.getByText('Invitation canceled')).toBeVisible();

  const context = await signedOut(browser);
  const late = await context.newPage();
  await late.goto(new URL(url).pathname + new URL(url).search);
  await expect(late.getByRole('heading', { name: 'This invitation is over' })).toBeVisible();
  await expectAccessible(late);
  await late.goto('/auth/sign-up');
  await expect(late.getByRole('heading', { name: 'This link is not whole' })).toBeVisible();
  await context.close();
});

test('another role holds at once, and the last administrator stays one', async ({ page, browser }) => {
  const bea = await join(page, browser);
  await page.goto(`/settings/people?search=${bea.email}`);
  await page.getByRole('button', { name: `Actions for ${bea.name}` }).click();
  await page.getByRole('menuitem', { name: 'Change role' }).click();
  await page.getByRole('radio', { name: /^editor/ }).check();
  await expectAccessible(page);
  await page.getByRole('button', { name: 'Give this role' }).click();
  await expect(page.getByRole('row', { name: bea.name })).toContainText('editor');
  await bea.page.goto('/agents');
  await expect(bea.page.getByRole('link', { name: 'Create agent' })).toBeVisible();

  await page.goto('/settings/people?role=admin');
  await page.getByRole('button', { name: /^Actions for/ }).click();
  await expect(page.getByRole('menuitem', { name: 'Remove' })).toHaveAttribute('aria-disabled', 'true');
  await expect(page.getByText('The only administrator stays.')).toBeVisible();
  await page.getByRole('menuitem', { name: 'Change role' }).click();
  await expect(page.getByText(/the only administrator/)).toBeVisible();
  await expect(page.getByRole('button', { name: 'Give this role' })).toBeDisabled();
  await page.keyboard.press('Escape');

  await page.goto(`/settings/people?search=${bea.email}`);
  await page.getByRole('button', { name: `Actions for ${bea.name}` }).click();
  await page.getByRole('menuitem', { name: 'Remove' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Remove' }).click();
  await expect(page.getByText('Nobody fits')).toBeVisible();
  expect((await bea.page.request.get('/api/agents')).status()).toBe(401);
  await bea.context.close();
});

async function otherTeam(page: Parameters<typeof createAgent>[0]): Promise<string> {
  const made = await page.request.post('/api/teams', { data: { name: unique('Others') } });
  return ((await made.json()) as { id: string }).id;
}
