import { setTimeout as sleep } from 'node:timers/promises';
import { answers, answersSlowly, callsThen } from './chat-upstream';
import {
  agentWithContainer,
  box,
  type Equipped,
  expect,
  expectAccessible,
  expectDone,
  messages,
  MODELS,
  openChat,
  type ProviderId,
  say,
  test,
  unique,
} from './chat-fixtures';
import { MCP_IMAGE } from './environment';
import { createAgent, installRemote } from './fixtures';

const PROVIDERS = Object.keys(MODELS) as ProviderId[];
const MARKDOWN =
  'It is **Oslo**.\n\n| City | Country |\n|---|---|\n| Oslo | Norway |\n\n```sh\necho oslo\n```\n\n<b>raw</b>';

/** The words a slow answer has so far; each must stand there once and in order. */
function wordsIn(text: string): string[] {
  return text.match(/\b[vw]\d+\b/g) ?? [];
}

for (const provider of PROVIDERS) {
  test(`${provider}: an answer streams in, with tables, code to copy and no raw HTML`, async ({ page, stack }) => {
    const question = unique(`Capital of Norway ${provider}`);
    answers(stack.upstream.mock, question, MARKDOWN);
    await openChat(page, provider);
    await say(page, question);
    const thread = messages(page);
    await expect(thread.getByRole('cell', { name: 'Oslo' })).toBeVisible();
    await expectDone(page);
    await expect(thread.getByText('<b>raw</b>')).toBeVisible();
    await expect(thread.getByText(/1,280 tokens|tokens ·/).first()).toBeVisible();
    await thread.getByRole('button', { name: 'Copy code' }).click();
    await expect.poll(() => page.evaluate(() => navigator.clipboard.readText())).toBe('echo oslo');
    await expectAccessible(page);
  });
}

test.describe('with a real MCP server in a container', () => {
  test.describe.configure({ timeout: 120_000 });
  let agent: Equipped | null = null;
  test.beforeAll(async ({ browser, stack }) => {
    const page = await browser.newPage({ baseURL: stack.server.ui, storageState: stack.state });
    agent = await agentWithContainer(page);
    await page.close();
  });
  test.afterAll(async ({ browser, stack }) => {
    if (agent === null) return;
    const page = await browser.newPage({ baseURL: stack.server.ui, storageState: stack.state });
    await page.request.delete(`/api/mcp_server/${agent.serverId}`);
    await page.close();
  });
  test.beforeEach(() => test.skip(agent === null, `no container engine with the image ${MCP_IMAGE}`));

  for (const provider of PROVIDERS) {
    test(`${provider}: three tools are called at once, and their results shown`, async ({ page, stack }) => {
      const { agentId, server } = agent ?? { agentId: '', server: '' };
      const question = unique(`Three tools ${provider}`);
      callsThen(
        stack.upstream.mock,
        question,
        [
          { name: `${server}__echo`, arguments: { message: 'from the container' } },
          { name: `${server}__get-sum`, arguments: { a: 40, b: 2 } },
          { name: `${server}__get-tiny-image`, arguments: {} },
        ],
        'All three have answered.',
      );
      await openChat(page, provider, { agentId });
      await say(page, question);
      await expect(messages(page).getByText('All three have answered.')).toBeVisible({ timeout: 30_000 });
      await expectDone(page);
      for (const tool of ['echo', 'get-sum', 'get-tiny-image']) {
        await expect(page.getByRole('group', { name: `Tool ${tool}` })).toContainText('done');
      }
      const echo = page.getByRole('group', { name: 'Tool echo' });
      await echo.getByRole('button').first().click();
      await expect(echo).toContainText('Echo: from the container');
      await page.getByRole('group', { name: 'Tool get-tiny-image' }).getByRole('button').first().click();
      await expect(page.getByRole('img', { name: 'In the answer' })).toBeVisible();
      await expectAccessible(page);
      await page.reload();
      await expect(page.getByRole('group', { name: 'Tool get-sum' })).toContainText('done');
    });
  }

  test('a tool that asks is approved, and another is denied with a reason', async ({ page, stack }) => {
    const { agentId, server } = agent ?? { agentId: '', server: '' };
    const tool = `${server}__toggle-simulated-logging`;
    const yes = unique('Approve it');
    callsThen(stack.upstream.mock, yes, [{ name: tool, arguments: {} }], 'It was allowed.');
    await openChat(page, 'anthropic', { agentId, approvalMode: 'always' });
    await say(page, yes);
    const card = page.getByRole('group', { name: 'Tool toggle-simulated-logging' });
    await expect(card).toContainText('asks for approval');
    await expectAccessible(page);
    // The question outlives the page.
    await page.reload();
    await card.getByRole('button', { name: 'Approve' }).click();
    await expect(messages(page).getByText('It was allowed.')).toBeVisible();
    await expectDone(page);

    const no = unique('Deny it');
    callsThen(stack.upstream.mock, no, [{ name: tool, arguments: {} }], 'Then not.');
    await say(page, no);
    const second = card.last();
    await second.getByRole('button', { name: 'Deny…' }).click();
    await second.getByRole('textbox', { name: 'Why not' }).fill('not in production');
    await second.getByRole('button', { name: 'Deny', exact: true }).click();
    await expect(second).toContainText('You said no: “not in production”. It was not called.');
    await expect(messages(page).getByText('Then not.')).toBeVisible();
    await expectAccessible(page);
  });

  test('a question of the server in the middle of a call is answered', async ({ page, stack }) => {
    const { agentId, server } = agent ?? { agentId: '', server: '' };
    const tool = `${server}__trigger-elicitation-request`;
    const question = unique('Ask me something');
    callsThen(stack.upstream.mock, question, [{ name: tool, arguments: {} }], 'Thank you for telling.');
    await openChat(page, 'openai', { agentId });
    await say(page, question);
    const card = page.getByRole('group', { name: 'Tool trigger-elicitation-request' });
    await expect(card).toContainText('asks you', { timeout: 20_000 });
    await expectAccessible(page);
    await card.getByRole('textbox', { name: 'String', exact: true }).fill('Ada');
    await card.getByRole('button', { name: 'Send' }).click();
    await expect(messages(page).getByText('Thank you for telling.')).toBeVisible({ timeout: 20_000 });
  });

  test('a huge result is cut, and opens whole', async ({ page, stack }) => {
    const { agentId, server } = agent ?? { agentId: '', server: '' };
    const question = unique('A huge result');
    const message = Array.from({ length: 9000 }, (_, line) => `line ${line}`).join('\n');
    callsThen(stack.upstream.mock, question, [{ name: `${server}__echo`, arguments: { message } }], 'It is long.');
    await openChat(page, 'openai', { agentId });
    await say(page, question);
    await expect(messages(page).getByText('It is long.')).toBeVisible();
    const card = page.getByRole('group', { name: 'Tool echo' });
    await card.getByRole('button').first().click();
    await card.getByRole('button', { name: 'Open it whole' }).click();
    const whole = page.getByRole('region', { name: 'Whole result' });
    await expect(whole).toContainText('line 1');
    await whole.press('End');
    await expect(whole).toContainText('line 8999');
    await expectAccessible(page);
  });

  test('only the tools that were left on are offered to the model', async ({ page, stack }) => {
    const { agentId } = agent ?? { agentId: '' };
    const question = unique('Which tools');
    answers(stack.upstream.mock, question, 'These.');
    await openChat(page, 'openai', { agentId });
    await page.getByRole('button', { name: /^Tools: / }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByRole('searchbox').fill('echo');
    await expectAccessible(page);
    await dialog.getByRole('searchbox').fill('');
    for (const group of await dialog.getByRole('region').all()) {
      const box = group.getByRole('checkbox').first();
      await box.check();
      await box.uncheck();
    }
    await dialog.getByRole('checkbox', { name: /^echo/ }).check();
    await dialog.getByRole('button', { name: 'Use these' }).click();
    await expect(dialog).toBeHidden();
    await expect(page.getByRole('button', { name: /^Tools: 1 of / })).toBeVisible();
    await say(page, question);
    await expect(messages(page).getByText('These.')).toBeVisible();
    const bodies = stack.upstream.mock.getRequests().map(({ body }) => JSON.stringify(body));
    // The first is the turn; a later one asks for a title.
    const sent = bodies.find((body) => body.includes(question));
    expect(sent).toContain('__echo');
    expect(sent).not.toContain('__get-sum');
  });
});

test('an answer is stopped, keeps what it has, and goes on', async ({ page, stack }) => {
  const question = unique('Stop me');
  const answer = answersSlowly(stack.upstream, question, 60);
  await openChat(page, 'openai');
  await say(page, question);
  answer.let(10);
  await expect(messages(page).getByText(/\bw5\b/)).toBeVisible();
  await page.getByRole('button', { name: 'Stop', exact: true }).click();
  await expect(messages(page).getByText('Stopped.')).toBeVisible();
  const kept = wordsIn(await messages(page).innerText());
  expect(kept.length).toBeGreaterThanOrEqual(5);
  expect(kept.length).toBeLessThan(60);
  await expectAccessible(page);
  await page.reload();
  await expect(messages(page).getByText('Stopped.')).toBeVisible();
  answer.let(Infinity);
  await page.getByRole('button', { name: 'Resume' }).click();
  await expect(messages(page).getByText('Stopped.')).toBeHidden();
  await expect(messages(page).getByText(/\bw60\b/)).toBeVisible({ timeout: 20_000 });
  await expectDone(page);
});

test('what is written during an answer is sent after it', async ({ page, stack }) => {
  const [first, second] = [unique('Take your time'), unique('And then')];
  const answer = answersSlowly(stack.upstream, first, 20);
  answers(stack.upstream.mock, second, 'This came second.');
  await openChat(page, 'openai');
  await say(page, first);
  answer.let(10);
  await expect(messages(page).getByText(/\bw2\b/)).toBeVisible();
  // The answer is over before the page hears that its question was taken.
  await page.route(/\/turns$/, async (route) => {
    const taken = await route.fetch();
    await expectDone(page);
    await expect(messages(page).getByText('This came second.')).toBeVisible();
    await route.fulfill({ response: taken });
  });
  await say(page, second);
  await expect(page.getByText('Sent next:')).toBeVisible();
  await expectAccessible(page);
  answer.let(Infinity);
  await expect(messages(page).getByText('This came second.')).toBeVisible({ timeout: 20_000 });
  await expect(page.getByText('Sent next:')).toBeHidden();
  await expectDone(page);
  await page.unrouteAll({ behavior: 'wait' });
  await page.reload();
  await expect(messages(page).getByText('This came second.')).toBeVisible();
});

test('a tool without a credential says so and leads to where one is given', async ({ page, stack }) => {
  const question = unique('No credential');
  const agent = await createAgent(page, unique('Without credential'));
  const remote = await installRemote(page, unique('locked').replace(' ', '-'), [agent.id]);
  expect((await page.request.delete(`/api/mcp_server/${remote.id}`)).ok()).toBe(true);
  callsThen(
    stack.upstream.mock,
    question,
    [{ name: `${remote.name}__echo`, arguments: { text: 'x' } }],
    'I could not.',
  );
  await openChat(page, 'openai', { agentId: agent.id });
  await say(page, question);
  const card = page.getByRole('group', { name: 'Tool echo' });
  await expect(card).toContainText('needs you', { timeout: 20_000 });
  await expect(card.getByRole('link', { name: /Fix it/ })).toHaveAttribute('href', /catalog/);
  await expectAccessible(page);
});

test('an answer goes on while one is elsewhere, and after a reload, without losing or repeating a word', async ({
  page,
  stack,
}) => {
  const question = unique('Leave me');
  const answer = answersSlowly(stack.upstream, question, 70);
  const { id } = await openChat(page, 'anthropic');
  await say(page, question);
  answer.let(10);
  await expect(messages(page).getByText(/\bw4\b/)).toBeVisible();
  await page.getByRole('link', { name: 'Home', exact: true }).click();
  await expect(page).toHaveURL(/\/$/);
  answer.let(10);
  await page.goBack();
  await expect(messages(page).getByText(/\bw8\b/)).toBeVisible();
  await expect(page.getByRole('button', { name: 'Stop', exact: true })).toBeVisible();
  // Words come in while the page loads.
  answer.let(30);
  await page.reload();
  await expect(page).toHaveURL(new RegExp(id));
  await expect(page.getByRole('button', { name: 'Stop', exact: true })).toBeVisible();
  answer.let(Infinity);
  await expectDone(page);
  const words = wordsIn(await messages(page).innerText());
  expect(words.join(' ')).toBe(answer.content);
});

test('two conversations are answered at once', async ({ page, context, stack }) => {
  const [first, second] = [unique('One of two'), unique('Two of two')];
  const answersOfBoth = [
    answersSlowly(stack.upstream, first, 40),
    answersSlowly(stack.upstream, second, 40, 'v'),
  ] as const;
  const other = await context.newPage();
  await openChat(page, 'openai');
  const { id } = await openChat(other, 'gemini');
  await say(page, first);
  await say(other, second);
  for (const answer of answersOfBoth) answer.let(10);
  await expect(messages(page).getByText(/\bw3\b/)).toBeVisible();
  await expect(messages(other).getByText(/\bv3\b/)).toBeVisible();
  await expect(page.getByRole('list', { name: 'Conversations' }).getByText('writing')).toHaveCount(2);
  // The same tab looks at the other one meanwhile.
  await page.goto(`/chat/${id}`);
  await expect(messages(page).getByText(/\bv3\b/)).toBeVisible();
  for (const answer of answersOfBoth) answer.let(Infinity);
  await expectDone(page);
  await expectDone(other);
  expect(wordsIn(await messages(other).innerText()).join(' ')).toBe(answersOfBoth[1].content);
  await other.close();
});

test('a server that is killed in the middle of an answer says so afterwards, and resumes', async ({ page, stack }) => {
  test.setTimeout(120_000);
  const question = unique('Kill the server');
  const answer = answersSlowly(stack.upstream, question, 80);
  await openChat(page, 'openai');
  await say(page, question);
  answer.let(10);
  await expect(messages(page).getByText(/\bw6\b/)).toBeVisible();
  // Words reach the page at once and the database a few times a second; only the latter outlive a kill.
  await sleep(2_000);
  await stack.server.restart();
  await expect(messages(page).getByText('The server was restarted in the middle of this answer.')).toBeVisible({
    timeout: 30_000,
  });
  const kept = wordsIn(await messages(page).innerText());
  expect(kept.slice(0, 4)).toEqual(['w1', 'w2', 'w3', 'w4']);
  await expectAccessible(page);
  answer.let(Infinity);
  await page.getByRole('button', { name: 'Resume' }).click();
  await expect(messages(page).getByText('The server was restarted')).toBeHidden();
  await expectDone(page);
});

test('a question is edited, an answer asked for again, and the versions are switched', async ({ page, stack }) => {
  const [before, after] = [unique('Two plus two'), unique('Two plus three')];
  answers(stack.upstream.mock, before, 'Four.');
  answers(stack.upstream.mock, after, 'Five.');
  await openChat(page, 'anthropic');
  await say(page, before);
  await expect(messages(page).getByText('Four.')).toBeVisible();
  await expectDone(page);
  await page.getByRole('button', { name: 'Answer again' }).click();
  await expect(page.getByText('2 of 2')).toBeVisible();
  await expectDone(page);

  await page.getByRole('article', { name: 'You' }).hover();
  await page.getByRole('button', { name: 'Edit', exact: true }).click();
  await page.getByRole('textbox', { name: 'Edit the message' }).fill(after);
  await expectAccessible(page);
  await page.getByRole('textbox', { name: 'Edit the message' }).press('Enter');
  await expect(messages(page).getByText('Five.')).toBeVisible();
  await expect(messages(page).getByText('Four.')).toBeHidden();
  await expectDone(page);
  const you = page.getByRole('article', { name: 'You' });
  await you.getByRole('button', { name: 'Previous version' }).click();
  await expect(messages(page).getByText('Four.')).toBeVisible();
  await page.reload();
  await expect(messages(page).getByText('Four.')).toBeVisible();
  await you.getByRole('button', { name: 'Next version' }).click();
  await expect(messages(page).getByText('Five.')).toBeVisible();
  await expectAccessible(page);
});

test('the first word reaches the page soon after the upstream sent it', async ({ page, stack }) => {
  await page.addInitScript(() => {
    const seen: Record<string, number> = {};
    const heard: Record<string, number> = {};
    Object.assign(window, { seen, heard });
    const note = (into: Record<string, number>, text: string) => {
      for (const [word] of text.matchAll(/Marker-\d+/g)) into[word] ??= Date.now();
    };
    new MutationObserver(() => note(seen, document.body?.textContent ?? '')).observe(document, {
      subtree: true,
      childList: true,
      characterData: true,
    });
    window.EventSource = class extends EventSource {
      constructor(url: string | URL) {
        super(url);
        this.addEventListener('message', (event: MessageEvent<string>) => note(heard, event.data));
      }
    };
  });
  await openChat(page, 'openai');
  const delays: number[] = [];
  const drawing: number[] = [];
  for (let turn = 1; turn <= 15; turn++) {
    const word = `Marker-${turn}`;
    // The question must not hold the word itself.
    answers(stack.upstream.mock, `say number ${turn} please`, `${word} and a few more words to end with.`);
    await say(page, `say number ${turn} please`);
    await expect(messages(page).getByText(word)).toBeVisible();
    await expectDone(page);
    const [seen, heard] = await page.evaluate((name) => {
      const notes = window as unknown as Record<'seen' | 'heard', Record<string, number>>;
      return [notes.seen[name] ?? 0, notes.heard[name] ?? 0] as const;
    }, word);
    delays.push(seen - (stack.upstream.sentAt(word) ?? 0));
    drawing.push(seen - heard);
  }
  const median = (all: number[]) => all.toSorted((a, b) => a - b)[7] ?? 0;
  process.stdout.write(
    `first word to the page: median ${median(delays)} ms of ${delays.join(', ')}; of which the page took ${median(drawing)} ms\n`,
  );
  // A debug build on a busy machine: the figure is what is printed, this only catches what is out of all proportion.
  expect(median(delays)).toBeLessThan(500);
});

test('what is typed stays when one leaves, and Escape closes the commands', async ({ page }) => {
  await openChat(page, 'openai');
  await box(page).fill('half a thought');
  await page.getByRole('link', { name: 'Home', exact: true }).click();
  await page.goBack();
  await expect(box(page)).toHaveValue('half a thought');
  await box(page).fill('/');
  await expect(page.getByRole('listbox', { name: 'Commands' })).toBeVisible();
  await expectAccessible(page);
  await box(page).press('Escape');
  await expect(page.getByRole('listbox', { name: 'Commands' })).toBeHidden();
});
