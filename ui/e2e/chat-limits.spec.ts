import { box, expect, expectAccessible, openChat, test, unique } from './chat-fixtures';
import { createAgent } from './fixtures';

test('an answer that a limit keeps away says so and leads to the limit', async ({ page }) => {
  const agent = await createAgent(page, unique('Broke'));
  const made = await page.request.post('/api/limits', {
    data: { entityType: 'agent', entityId: agent.id, limitType: 'token_cost', limitValue: 0 },
  });
  expect(made.ok(), await made.text()).toBe(true);
  await openChat(page, 'openai', { agentId: agent.id });
  await box(page).fill('Hello');
  await box(page).press('Enter');
  const card = page.getByRole('alert', { name: 'A limit is used up' });
  await expect(card).toContainText(agent.name);
  await expectAccessible(page);
  await card.getByRole('link', { name: 'See the limit' }).click();
  await expect(page).toHaveURL(/\/limits\?exceeded=true/);
  await expect(page.getByRole('listitem').filter({ hasText: agent.name })).toContainText('Used up');
});
