import { readFile } from 'node:fs/promises';
import { answers } from './chat-upstream';
import { box, expect, expectAccessible, expectDone, messages, openChat, say, test, unique } from './chat-fixtures';
import { PIXEL } from './provider';

const PDF = `%PDF-1.4
1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj
2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj
3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 200 200]>>endobj
trailer<</Root 1 0 R>>
%%EOF`;

test('a picture, a PDF and a text are attached, sent, and shown again', async ({ page, stack }) => {
  const question = unique('What is in these');
  answers(stack.upstream.mock, question, 'Three files.');
  await openChat(page, 'openai');
  await page.setInputFiles('input[type=file]', [
    { name: 'pixel.png', mimeType: 'image/png', buffer: Buffer.from(PIXEL, 'base64') },
    { name: 'paper.pdf', mimeType: 'application/pdf', buffer: Buffer.from(PDF) },
    { name: 'notes.md', mimeType: 'text/markdown', buffer: Buffer.from('# A note nobody else wrote') },
    { name: 'evil.svg', mimeType: 'image/svg+xml', buffer: Buffer.from('<svg/>') },
  ]);
  const files = page.getByRole('list', { name: 'Attached files' });
  await expect(files.getByRole('listitem')).toHaveCount(3);
  await expect(page.getByText('evil.svg is neither a picture')).toBeVisible();
  await expectAccessible(page);
  await say(page, question);
  await expect(messages(page).getByText('Three files.')).toBeVisible();
  await expectDone(page);
  await expect(files).toBeHidden();
  const sent = stack.upstream.mock.getRequests().map(({ body }) => JSON.stringify(body));
  const request = sent.find((body) => body.includes(question) && body.includes('A note nobody else wrote'));
  expect(request).toContain(PIXEL.slice(0, 40));
  await page.reload();
  await expect(page.getByRole('list', { name: 'Files' }).getByRole('link')).toHaveCount(3);
  await expectAccessible(page);
});

test('a file is pasted and another dropped, and pasted words stay words', async ({ page }) => {
  await openChat(page, 'openai');
  const files = page.getByRole('list', { name: 'Attached files' });
  await box(page).evaluate((element) => {
    const data = new DataTransfer();
    data.items.add(new File(['pasted'], 'pasted.txt', { type: 'text/plain' }));
    element.dispatchEvent(new ClipboardEvent('paste', { clipboardData: data, bubbles: true, cancelable: true }));
  });
  await expect(files.getByText('pasted.txt')).toBeVisible();
  await messages(page).evaluate((element) => {
    const dataTransfer = new DataTransfer();
    dataTransfer.items.add(new File(['dropped'], 'dropped.csv', { type: 'text/csv' }));
    for (const type of ['dragover', 'drop']) {
      element.dispatchEvent(new DragEvent(type, { dataTransfer, bubbles: true, cancelable: true }));
    }
  });
  await expect(files.getByText('dropped.csv')).toBeVisible();
  // A word processor puts a picture of the words beside them.
  await box(page).evaluate((element) => {
    const data = new DataTransfer();
    data.setData('text/plain', 'words');
    data.items.add(new File(['picture'], 'image.png', { type: 'image/png' }));
    element.dispatchEvent(new ClipboardEvent('paste', { clipboardData: data, bubbles: true, cancelable: true }));
  });
  await expect(files.getByRole('listitem')).toHaveCount(2);
  await files.getByRole('button', { name: 'Remove pasted.txt' }).click();
  await expect(files.getByRole('listitem')).toHaveCount(1);
});

test('a conversation is renamed, found by its words, exported and deleted', async ({ page, stack }) => {
  const question = unique('An unusual question about walruses');
  const title = unique('Walruses');
  answers(stack.upstream.mock, question, 'They have tusks.');
  await openChat(page, 'gemini');
  await say(page, question);
  await expect(messages(page).getByText('They have tusks.')).toBeVisible();
  await expectDone(page);
  await say(page, `/rename ${title}`);
  await expect(page.getByRole('heading', { level: 1, name: title })).toBeVisible();

  const list = page.getByRole('list', { name: 'Conversations' });
  await page.getByRole('searchbox', { name: 'Search conversations' }).fill(question.slice(-12));
  await expect(list.getByRole('listitem')).toHaveCount(1);
  await expectAccessible(page);
  await list.getByRole('link', { name: title }).click();
  await expect(page).toHaveURL(/message=/);
  await expect(messages(page).getByText(question)).toBeVisible();
  await page.getByRole('button', { name: 'Clear search' }).click();

  await page.getByRole('button', { name: 'Actions for this conversation' }).click();
  const [download] = await Promise.all([
    page.waitForEvent('download'),
    page.getByRole('menuitem', { name: 'Export as Markdown' }).click(),
  ]);
  const exported = await readFile(await download.path(), 'utf8');
  expect(exported).toContain(question);
  expect(exported).toContain('They have tusks.');

  await page.getByRole('button', { name: 'Actions for this conversation' }).click();
  await page.getByRole('menuitem', { name: 'Delete' }).click();
  await expectAccessible(page);
  await page.getByRole('button', { name: 'Delete conversation' }).click();
  await expect(page).toHaveURL(/\/chat$/);
  await expect(list.getByText(title)).toHaveCount(0);
});

test('the system prompt and the model are changed, and reach the model', async ({ page, stack }) => {
  const question = unique('Who are you');
  const role = unique('You are a pirate');
  answers(stack.upstream.mock, question, 'Arr.');
  await openChat(page, 'openai');
  await say(page, '/system');
  await page.getByRole('dialog').getByLabel('System prompt').fill(role);
  await expectAccessible(page);
  await page.getByRole('dialog').getByRole('button', { name: 'Save' }).click();
  await expect(page.getByRole('dialog')).toBeHidden();
  await page.getByRole('button', { name: /^Model: / }).click();
  await expectAccessible(page);
  await page.getByPlaceholder('Search models').fill('gpt-5-nano-of-tomorrow');
  await page.getByText('Use “gpt-5-nano-of-tomorrow”').click();
  await expect(page.getByRole('button', { name: 'Model: gpt-5-nano-of-tomorrow' })).toBeVisible();
  await say(page, question);
  await expect(messages(page).getByText('Arr.')).toBeVisible();
  const sent = stack.upstream.mock.getRequests().map(({ body }) => JSON.stringify(body));
  const request = sent.find((body) => body.includes(question) && body.includes(role));
  expect(request).toContain('gpt-5-nano-of-tomorrow');
  await page.getByRole('button', { name: /in use$/ }).click();
  await expect(page.getByRole('table', { name: 'What fills the context' })).toBeVisible();
  await expectAccessible(page);
});

test('a new conversation begins with a suggestion and gets a title', async ({ page, stack }) => {
  answers(stack.upstream.mock, 'Explain in three sentences', 'It is a gateway. It is for tools. It keeps rules.');
  await page.goto('/chat');
  await expectAccessible(page);
  await page.getByRole('button', { name: /^Explain in three sentences/ }).click();
  await expect(page).toHaveURL(/\/chat\/[0-9a-f-]{36}/);
  await expect(messages(page).getByText('It keeps rules.')).toBeVisible();
  await expectDone(page);
  await expect(page.getByRole('heading', { level: 1 })).not.toHaveText('Untitled conversation');
});

test('a prompt is created, changed, taken back to its first version, and begins a chat', async ({ page }) => {
  const name = unique('Weekly report');
  await page.goto('/prompts');
  await page
    .getByRole('button', { name: /^Create/ })
    .first()
    .click();
  const dialog = page.getByRole('dialog');
  await dialog.getByLabel('Name').fill(name);
  await dialog.getByLabel('System prompt').fill('First version.');
  await dialog.getByLabel('First message').fill('Write the report.');
  await expectAccessible(page);
  await dialog.getByRole('button', { name: 'Create prompt' }).click();
  await expect(dialog).toBeHidden();

  const actions = page.getByRole('button', { name: `Actions for ${name}` });
  await actions.click();
  await page.getByRole('menuitem', { name: 'Edit' }).click();
  await dialog.getByLabel('System prompt').fill('Second version.');
  await dialog.getByRole('button', { name: 'Save as a new version' }).click();
  await expect(dialog).toBeHidden();
  await actions.click();
  await page.getByRole('menuitem', { name: 'Versions' }).click();
  await expect(dialog.getByText('Second version.')).toBeVisible();
  await expectAccessible(page);
  await dialog.getByRole('button', { name: /Go back to version 1/ }).click();
  await expect(page.getByRole('row').filter({ hasText: name })).toContainText('3');
  await expectAccessible(page);

  await page.getByRole('link', { name: `Chat with ${name}` }).click();
  await expect(box(page)).toHaveValue('Write the report.');
  await page.getByRole('button', { name: 'Instructions and approvals' }).click();
  await expect(page.getByRole('dialog').getByLabel('System prompt')).toHaveValue('First version.');
  await page.getByRole('dialog').getByRole('button', { name: 'Cancel' }).click();
  await box(page).fill(`/${name.toLowerCase().replace(' ', '-').slice(0, 9)}`);
  await expect(page.getByRole('listbox', { name: 'Commands' }).getByRole('option')).not.toHaveCount(0);

  await page.goto('/prompts');
  await actions.click();
  await page.getByRole('menuitem', { name: 'Delete' }).click();
  await page.getByRole('button', { name: 'Delete prompt' }).click();
  await expect(page.getByRole('row').filter({ hasText: name })).toHaveCount(0);
});

test('a provider that fails says so in its own words, and one may try again', async ({ page, stack }) => {
  const question = unique('Fail once');
  stack.upstream.mock.addFixture({
    match: { userMessage: question, sequenceIndex: 0 },
    response: { error: { message: 'The moon is in the way', type: 'invalid_request_error' }, status: 400 },
  });
  answers(stack.upstream.mock, question, 'Now it works.');
  await openChat(page, 'openai');
  await say(page, question);
  await expect(messages(page).getByRole('alert')).toContainText('The moon is in the way');
  await expectAccessible(page);
  await page.reload();
  await expect(messages(page)).toContainText('The moon is in the way');
  await page.getByRole('button', { name: 'Try again' }).click();
  await expect(messages(page).getByText('Now it works.')).toBeVisible();
});

test('on a phone one writes, and finds the other conversations', async ({ page, stack }) => {
  await page.setViewportSize({ width: 390, height: 844 });
  const question = unique('From a phone');
  answers(stack.upstream.mock, question, 'To a phone.');
  await openChat(page, 'openai');
  await say(page, question);
  await expect(messages(page).getByText('To a phone.')).toBeVisible();
  await expectAccessible(page);
  await page.getByRole('button', { name: 'Conversations', exact: true }).click();
  await expect(page.getByRole('dialog').getByRole('list', { name: 'Conversations' })).toBeVisible();
  await expectAccessible(page);
  await page.getByRole('dialog').getByRole('link', { name: 'New conversation' }).click();
  await expect(page.getByRole('dialog')).toBeHidden();
  await expect(page).toHaveURL(/\/chat$/);
  expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(390);
});

test('a conversation that is gone, or of somebody else, is said to be', async ({ page }) => {
  await page.goto('/chat/00000000-0000-7000-8000-000000000000');
  await expect(page.getByRole('alert')).toContainText('This conversation could not be read');
  await expectAccessible(page);
});
