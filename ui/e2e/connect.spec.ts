import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { apiUrl } from './environment';
import { chat, createAgent, expect, expectAccessible, installRemote, test, unique } from './fixtures';

test('a snippet holds this server and the chosen agent, and the wait turns green', async ({ page }) => {
  const agent = await createAgent(page, unique('Connect agent'));
  await page.goto(`/connect?agent=${agent.id}`);
  await page.getByRole('button', { name: 'curl, OpenAI' }).click();
  await expect(page).toHaveURL(/client=curl-openai/);
  const base = `${apiUrl()}/v1/openai/${agent.id}`;
  await expect(page.getByLabel('curl snippet', { exact: true })).toContainText(`${base}/chat/completions`);

  await page.getByRole('button', { name: 'Copy curl snippet' }).click();
  await expect.poll(() => page.evaluate(() => navigator.clipboard.readText())).toContain(base);

  await expect(page.getByText('Waiting for your first call')).toBeVisible();
  await expectAccessible(page);
  await chat('hello', 'gpt-5-mini', agent.id);
  await expect(page.getByText('Connected: a call came through')).toBeVisible();
  await expectAccessible(page);
  await page.getByRole('link', { name: 'Open it' }).click();
  await expect(page.getByText('Oslo is the capital of Norway.')).toBeVisible();
});

for (const [client, answer] of [
  ['curl, OpenAI', 'Oslo'],
  ['curl, Anthropic', 'I will fix'],
  ['curl, Gemini', 'Three degrees'],
] as const) {
  test(`the snippet of ${client} works as it is copied`, async ({ page }) => {
    await page.goto('/connect');
    await page.getByRole('button', { name: client }).click();
    await expect(page.getByRole('heading', { name: `Set up ${client}` })).toBeVisible();
    await expect(page.getByText(/^Waiting for /)).toBeVisible();
    const command = (await page.getByLabel('curl snippet', { exact: true }).textContent()) ?? '';
    const { stdout } = await promisify(execFile)('sh', ['-c', command]);
    expect(stdout).toContain(answer);
    await expect(page.getByText('Connected: a call came through')).toBeVisible();
  });
}

test('every client has its snippet and passes axe', async ({ page }) => {
  await page.goto('/connect');
  const clients = page.getByRole('navigation', { name: 'Clients' }).getByRole('button');
  await expect(clients.first()).toBeVisible();
  const count = await clients.count();
  expect(count).toBeGreaterThanOrEqual(11);
  for (let index = 0; index < count; index++) {
    const name = (await clients.nth(index).textContent()) ?? '';
    await clients.nth(index).click();
    await expect(page.getByRole('heading', { name: `Set up ${name}` })).toBeVisible();
    await expect(page.locator('pre').first()).toBeVisible();
  }
  await page.getByRole('radio', { name: 'An API key of this server' }).click();
  await expect(page.locator('pre').first()).toContainText('archestra_');
  await expectAccessible(page);
});

test('the MCP snippet of curl works as it is copied, and the wait turns green', async ({ page }) => {
  const agent = await createAgent(page, unique('MCP client'));
  const server = await installRemote(page, unique('snippet').replace(' ', '-'), [agent.id]);
  await page.goto(`/connect?kind=mcp&agent=${agent.id}`);
  await expect(page.getByText('It has 3 tools')).toBeVisible();
  await page.getByRole('button', { name: 'curl', exact: true }).click();
  const snippet = page.getByLabel('curl snippet', { exact: true });
  await expect(snippet).toContainText('archestra_…');
  await page.getByRole('button', { name: 'Show' }).click();
  await expect(snippet).not.toContainText('archestra_…');
  await expect(page.getByText('Waiting for your first call')).toBeVisible();
  await expectAccessible(page);
  const { stdout } = await promisify(execFile)('sh', ['-c', (await snippet.textContent()) ?? '']);
  expect(stdout).toContain(`${server.name}__echo`);
  await expect(page.getByText('Connected: a request came through')).toBeVisible();
  await expectAccessible(page);
});

test('every MCP client has its snippet and passes axe', async ({ page }) => {
  await page.goto('/connect');
  await page.getByRole('radio', { name: 'Tools (MCP)' }).click();
  await expect(page).toHaveURL(/kind=mcp/);
  const clients = page.getByRole('navigation', { name: 'Clients' }).getByRole('button');
  await expect(clients.first()).toBeVisible();
  const count = await clients.count();
  expect(count).toBeGreaterThanOrEqual(10);
  for (let index = 0; index < count; index++) {
    const name = (await clients.nth(index).textContent()) ?? '';
    await clients.nth(index).click();
    await expect(page.getByRole('heading', { name: `Set up ${name}` })).toBeVisible();
    await expect(page.locator('pre').first()).toContainText('/v1/mcp/');
  }
  await expectAccessible(page);
});
