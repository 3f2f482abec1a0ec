import { chat, createAgent, expect, expectAccessible, test, unique } from './fixtures';
import { join } from './persons';

test('a rule is written, sends short questions to the cheaper model, is switched off, moved and deleted', async ({
  page,
}) => {
  test.slow();
  const agent = await createAgent(page, unique('Frugal'));
  await page.goto('/optimization-rules');
  await expectAccessible(page);
  await page.getByRole('button', { name: 'Add rule' }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByRole('radio', { name: 'An agent' }).click();
  await dialog.getByLabel('Agent', { exact: true }).selectOption({ label: agent.name });
  await dialog.getByRole('button', { name: 'Save rule' }).click();
  await expect(dialog.getByText('The name as the provider writes it.')).toBeVisible();
  await expect(dialog.getByLabel('Model that answers')).toBeFocused();
  await dialog.getByLabel('Model that answers').fill('gpt-5-nano');
  await dialog.getByLabel('Up to so many tokens').fill('1000');
  await dialog.getByLabel('Tools').selectOption({ label: 'Only without tools' });
  const words =
    'When the request has at most 1,000 tokens and it brings no tools, gpt-5-nano answers instead of another model of OpenAI.';
  await expect(dialog.getByRole('status', { name: 'In words' })).toHaveText(words);
  await expectAccessible(page);
  await dialog.getByRole('button', { name: 'Save rule' }).click();
  const row = page.getByRole('listitem').filter({ hasText: agent.name });
  await expect(row).toContainText('gpt-5-nano');
  await expectAccessible(page);

  await expect.poll(() => modelOf(agent.id, 'short')).toBe('gpt-5-nano');
  await row.getByRole('switch', { name: `In force: ${words}` }).click();
  await expect(row).toContainText('switched off');
  await expect.poll(() => modelOf(agent.id, 'again')).toBe('gpt-5');

  const second = await page.request.post('/api/optimization-rules', {
    data: { entityType: 'agent', entityId: agent.id, provider: 'openai', targetModel: 'gpt-5-mini', conditions: [] },
  });
  expect(second.ok(), await second.text()).toBe(true);
  await page.reload();
  await expect(row.nth(0)).toContainText('gpt-5-nano');
  await row
    .nth(0)
    .getByRole('button', { name: /^Actions for/ })
    .click();
  await page.getByRole('menuitem', { name: 'Move behind the others' }).click();
  await expect(row.nth(0)).toContainText('gpt-5-mini');
  await expect(row.nth(1)).toContainText('switched off');
  await expect(row).toHaveCount(2);

  for (const left of [1, 0]) {
    await row
      .nth(0)
      .getByRole('button', { name: /^Actions for/ })
      .click();
    await page.getByRole('menuitem', { name: 'Delete' }).click();
    await page.getByRole('button', { name: 'Delete rule' }).click();
    await expect(row).toHaveCount(left);
  }
});

test('a member sees rules and changes none', async ({ page, browser }) => {
  const agent = await createAgent(page, unique('Ruled'));
  const made = await page.request.post('/api/optimization-rules', {
    data: { entityType: 'agent', entityId: agent.id, provider: 'openai', targetModel: 'x-small', conditions: [] },
  });
  const { id } = (await made.json()) as { id: string };
  const bea = await join(page, browser);
  await bea.page.goto('/optimization-rules');
  const row = bea.page.getByRole('listitem').filter({ hasText: agent.name });
  await expect(row).toContainText('Always, x-small answers');
  await expect(row.getByRole('switch')).toBeDisabled();
  await expect(row.getByRole('button', { name: /^Actions for/ })).toHaveCount(0);
  await expect(bea.page.getByRole('button', { name: 'Add rule' })).toHaveCount(0);
  expect((await bea.page.request.delete(`/api/optimization-rules/${id}`)).status()).toBe(403);
  expect((await page.request.delete(`/api/optimization-rules/${id}`)).ok()).toBe(true);
  await bea.context.close();
});

/** What was called for a question to gpt-5. */
async function modelOf(agentId: string, question: string): Promise<string | undefined> {
  const answer = await chat(question, 'gpt-5', agentId);
  return ((await answer.json()) as { model?: string }).model;
}
