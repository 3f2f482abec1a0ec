import { call, chat, createAgent, expect, expectAccessible, test, unique } from './fixtures';
import { PIXEL } from './provider';

test('a conversation of Anthropic is shown with thinking, tools, picture, tokens and raw bodies', async ({ page }) => {
  const agent = await createAgent(page, unique('Claude'));
  await call(
    `anthropic/${agent.id}/v1/messages`,
    {
      model: 'claude-haiku-4-5',
      max_tokens: 100,
      stream: true,
      system: 'You mend tests.',
      tools: [{ name: 'Edit', description: 'Edits a file', input_schema: { type: 'object' } }],
      messages: [
        {
          role: 'user',
          content: [
            { type: 'text', text: 'Why does it fail?' },
            { type: 'image', source: { type: 'base64', media_type: 'image/png', data: PIXEL } },
          ],
        },
        {
          role: 'assistant',
          content: [{ type: 'tool_use', id: 'toolu_01', name: 'Read', input: { file_path: '/src/a.ts' } }],
        },
        { role: 'user', content: [{ type: 'tool_result', tool_use_id: 'toolu_01', content: 'const a = 1;' }] },
      ],
    },
    { 'x-api-key': 'sk-ant-test', 'anthropic-version': '2023-06-01' },
  );
  await page.goto(`/logs?agentId=${agent.id}`);
  const row = page.getByRole('row').filter({ hasText: 'claude-haiku-4-5' });
  await expect(async () => {
    await page.getByRole('button', { name: 'Refresh' }).click();
    await expect(row).toBeVisible({ timeout: 1000 });
  }).toPass();
  await expectAccessible(page);
  await row.click();

  const panel = page.getByRole('complementary', { name: 'Call' });
  await expect(panel).toContainText('200 Answered');
  await expect(panel.getByText('I will fix the date.')).toBeVisible();
  await expect(panel.getByText('const a = 1;')).toBeVisible();
  await expect(panel.getByRole('img', { name: /Sent with the call/ })).toBeVisible();
  await expect(panel).toContainText('18,000 read from the cache');
  await panel.getByRole('button', { name: /Thinking/ }).click();
  await expect(panel.getByText('The date decides.')).toBeVisible();
  await expectAccessible(page);

  await panel.getByRole('tab', { name: 'Request' }).click();
  await expect(page).toHaveURL(/tab=request/);
  await expect(panel).toContainText('"You mend tests."');
  await expectAccessible(page);
  await panel.getByRole('tab', { name: 'Response' }).click();
  await expect(panel).toContainText('"tool_use"');

  await page.reload();
  await expect(page.getByRole('tab', { name: 'Response' })).toHaveAttribute('aria-selected', 'true');
  await page.keyboard.press('Escape');
  await expect(panel).toBeHidden();
  await expect(page).toHaveURL(new RegExp(`/logs\\?agentId=${agent.id}`));
});

test('OpenAI’s and Gemini’s conversations are shown too', async ({ page }) => {
  const agent = await createAgent(page, unique('Mixed'));
  await call(`openai/${agent.id}/responses`, {
    model: 'gpt-5-mini',
    instructions: 'You are Codex.',
    input: 'list the files',
  });
  await call(
    `gemini/${agent.id}/v1beta/models/gemini-2.5-flash:generateContent`,
    { contents: [{ role: 'user', parts: [{ text: 'weather in Oslo?' }] }] },
    { 'x-goog-api-key': 'AIzaTest' },
  );
  await chat('capital of Norway?', 'gpt-5-mini', agent.id);
  await expect
    .poll(
      async () =>
        ((await (await page.request.get(`/api/interactions?agentId=${agent.id}`)).json()) as { data: unknown[] }).data
          .length,
    )
    .toBe(3);

  await page.goto(`/logs?agentId=${agent.id}`);
  for (const [type, question, answer] of [
    ['openai:responses', 'list the files', 'There is one file.'],
    ['gemini:generateContent', 'weather in Oslo?', 'Three degrees and clear.'],
    ['openai:chatCompletions', 'capital of Norway?', 'Oslo is the capital of Norway.'],
  ]) {
    await page.goto(`/logs?agentId=${agent.id}&type=${encodeURIComponent(type ?? '')}`);
    await page.getByRole('row').nth(1).click();
    const panel = page.getByRole('complementary', { name: 'Call' });
    await expect(panel.getByText(question ?? '')).toBeVisible();
    await expect(panel.getByText(answer ?? '')).toBeVisible();
  }
});

test('filters count, narrow and clear; a failed call says why', async ({ page }) => {
  const agent = await createAgent(page, unique('Filtered'));
  await chat('please fail', 'gpt-5-mini', agent.id);
  await chat('and this works', 'gpt-5-mini', agent.id);
  await expect
    .poll(
      async () =>
        ((await (await page.request.get(`/api/interactions?agentId=${agent.id}`)).json()) as { data: unknown[] }).data
          .length,
    )
    .toBe(2);

  await page.goto(`/logs?agentId=${agent.id}`);
  await expect(page.getByRole('row')).toHaveCount(3);
  await page.getByRole('button', { name: 'Outcome' }).click();
  await page.getByRole('menuitem', { name: /Provider error/ }).click();
  await expect(page).toHaveURL(/outcome=upstream_error/);
  await expect(page.getByRole('row')).toHaveCount(2);
  await page.getByRole('row').nth(1).click();
  await expect(page.getByRole('complementary', { name: 'Call' })).toContainText('Overloaded');
  await page.getByRole('button', { name: 'Close' }).click();

  await page.getByRole('searchbox', { name: 'Search calls' }).fill('no such thing anywhere');
  await expect(page.getByText('No call matches these filters')).toBeVisible();
  await expectAccessible(page);
  await page.getByRole('button', { name: 'Clear the filters' }).click();
  await expect(page).toHaveURL(/\/logs$/);
});

test('live calls come in by themselves', async ({ page }) => {
  const agent = await createAgent(page, unique('Live'));
  await chat('first', 'gpt-5-mini', agent.id);
  await expect
    .poll(
      async () =>
        ((await (await page.request.get(`/api/interactions?agentId=${agent.id}`)).json()) as { data: unknown[] }).data
          .length,
    )
    .toBe(1);
  await page.goto(`/logs?agentId=${agent.id}`);
  await expect(page.getByRole('row')).toHaveCount(2);
  await page.getByRole('button', { name: 'Live', exact: true }).click();
  await expect(page.getByRole('button', { name: 'Live', exact: true, pressed: true })).toBeVisible();
  await chat('second', 'gpt-5-mini', agent.id);
  await expect(page.getByRole('row')).toHaveCount(3);
  await expectAccessible(page);
});

test('the keyboard steps through the calls', async ({ page }) => {
  const agent = await createAgent(page, unique('Stepped'));
  await chat('older question', 'gpt-5-mini', agent.id);
  await chat('newer question', 'gpt-5-mini', agent.id);
  await expect
    .poll(
      async () =>
        ((await (await page.request.get(`/api/interactions?agentId=${agent.id}`)).json()) as { data: unknown[] }).data
          .length,
    )
    .toBe(2);
  await page.goto(`/logs?agentId=${agent.id}`);
  await page.getByRole('row').nth(1).getByRole('link').focus();
  await page.keyboard.press('Enter');
  const panel = page.getByRole('complementary', { name: 'Call' });
  await expect(panel.getByText('newer question')).toBeVisible();
  await page.keyboard.press('j');
  await expect(panel.getByText('older question')).toBeVisible();
  await page.keyboard.press('k');
  await expect(panel.getByText('newer question')).toBeVisible();
});

test('the calls on screen are exported as CSV and JSONL', async ({ page }) => {
  const agent = await createAgent(page, unique('Exported'));
  await chat('to be exported', 'gpt-5-mini', agent.id);
  await expect
    .poll(
      async () =>
        ((await (await page.request.get(`/api/interactions?agentId=${agent.id}`)).json()) as { data: unknown[] }).data
          .length,
    )
    .toBe(1);
  await page.goto(`/logs?agentId=${agent.id}`);
  for (const [name, ending] of [
    ['CSV', '.csv'],
    ['JSONL', '.jsonl'],
  ] as const) {
    await page.getByRole('button', { name: 'Export', exact: true }).click();
    const [download] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('menuitem', { name: new RegExp(`^${name}`) }).click(),
    ]);
    expect(download.suggestedFilename()).toContain(ending);
  }
});

test('older calls are fetched as one scrolls, and only those in sight are in the page', async ({ page }) => {
  const agent = await createAgent(page, unique('Many'));
  const count = 230;
  for (let sent = 0; sent < count; sent += 10) {
    await Promise.all(
      Array.from({ length: 10 }, (_, index) => chat(`question ${sent + index}`, 'gpt-5-mini', agent.id)),
    );
  }
  await expect
    .poll(
      async () =>
        (
          (await (await page.request.get(`/api/interactions?agentId=${agent.id}&limit=1`)).json()) as {
            pagination: { total: number };
          }
        ).pagination.total,
    )
    .toBe(count);
  await page.goto(`/logs?agentId=${agent.id}`);
  await expect(page.getByText(`${count} calls`)).toBeVisible();
  const table = page.getByRole('table', { name: 'Calls' });
  await expect(async () => {
    await page.getByTestId('log-rows').evaluate((scroller) => scroller.scrollTo(0, scroller.scrollHeight));
    await expect(table.locator(`[aria-rowindex="${count + 1}"]`)).toBeVisible({ timeout: 500 });
  }).toPass();
  expect(await table.getByRole('row').count()).toBeLessThan(80);
  await expect(page.getByText('No older calls')).toBeVisible();
});
