import { chat, createAgent, expect, expectAccessible, test, unique } from './fixtures';

test('home counts calls, names models and agents, and links to the latest', async ({ page }) => {
  const agent = await createAgent(page, unique('Home agent'));
  await chat('How much is it?', 'gpt-5-mini', agent.id);
  await expect
    .poll(async () => {
      const home = (await (await page.request.get('/api/home?timeframe=24h')).json()) as {
        recent: { agentName: string }[];
      };
      return home.recent.map((row) => row.agentName);
    })
    .toContain(agent.name);

  await page.goto('/?timeframe=24h');
  await expect(page.getByRole('region', { name: 'Requests' })).toContainText(/[1-9]/);
  await expect(page.getByRole('table', { name: 'Latest calls' })).toContainText(agent.name);
  await expectAccessible(page);

  await page.getByRole('button', { name: 'Show the numbers behind the lines' }).click();
  await expect(page.getByRole('table', { name: /over time/ }).getByRole('row')).not.toHaveCount(0);

  await page.getByRole('radio', { name: '7 days' }).click();
  await expect(page).toHaveURL(/timeframe=7d/);
  await page.getByRole('table', { name: 'Latest calls' }).getByRole('row').nth(1).click();
  await expect(page).toHaveURL(/\/logs\//);
});
