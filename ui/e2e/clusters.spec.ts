import { expect, expectAccessible, test, unique } from './fixtures';

function kubeconfig(user: object): string {
  return JSON.stringify({
    apiVersion: 'v1',
    kind: 'Config',
    'current-context': 'lab',
    clusters: [{ name: 'lab', cluster: { server: 'https://127.0.0.1:9' } }],
    users: [{ name: 'me', user }],
    contexts: [{ name: 'lab', context: { cluster: 'lab', user: 'me', namespace: 'mcp' } }],
  });
}

test('every runtime says whether it is there, and what is missing', async ({ page }) => {
  await page.goto('/runtimes');
  const here = page.getByRole('region', { name: 'This machine' });
  await expect(here.getByRole('heading', { level: 3, name: 'Docker' })).toBeVisible();
  await expect(here.getByRole('heading', { level: 3, name: /Process/ })).toBeVisible();
  const runtimes = await here.getByRole('heading', { level: 3 }).count();
  await expect(here.getByText(/^\s*(Ready|Not usable)\s*$/)).toHaveCount(runtimes);
  await expectAccessible(page);
});

test('a cluster is added by its file, is contacted only when it is checked, and is removed', async ({ page }) => {
  const name = unique('lab');
  await page.goto('/runtimes/new');
  await expectAccessible(page);
  await page.setInputFiles('input[type=file]', {
    name: 'config',
    mimeType: 'application/yaml',
    buffer: Buffer.from(kubeconfig({ token: 'not-a-real-token' })),
  });
  const dialog = page.getByRole('dialog');
  await expect(dialog.getByText('1 context', { exact: true })).toBeVisible();
  await expect(dialog.getByRole('radio')).toBeChecked();
  await expect(dialog.getByLabel('Namespace')).toHaveValue('mcp');
  await dialog.getByLabel('Name', { exact: true }).fill(name);
  await expectAccessible(page);
  await dialog.getByRole('button', { name: 'Add cluster' }).click();

  const card = page.locator(`section[aria-label="${name}"]`);
  await expect(card).toContainText('Not opened yet');
  await card.getByRole('button', { name: 'Check it' }).click();
  await expect(card).toContainText('Not reachable', { timeout: 30_000 });
  await expectAccessible(page);
  await card.getByRole('button', { name: `Remove ${name}` }).click();
  await page.getByRole('button', { name: 'Remove cluster' }).click();
  await expect(card).toBeHidden();
});

test('a kubeconfig that would run a program cannot be chosen', async ({ page }) => {
  await page.goto('/runtimes/new');
  const dialog = page.getByRole('dialog');
  const exec = { apiVersion: 'client.authentication.k8s.io/v1', command: 'touch', args: ['/tmp/archestra-e2e-ran'] };
  await dialog.getByLabel('Or paste it').fill(kubeconfig({ exec }));
  await dialog.getByRole('button', { name: 'Read it' }).click();
  await expect(dialog.getByText(/exec|program/).first()).toBeVisible();
  const add = dialog.getByRole('button', { name: 'Add cluster' });
  await expect(add.and(page.locator(':enabled'))).toHaveCount(0);
  await expectAccessible(page);
});

test('what is no kubeconfig is refused', async ({ page }) => {
  await page.goto('/runtimes/new');
  const dialog = page.getByRole('dialog');
  await dialog.getByLabel('Or paste it').fill('hello');
  await dialog.getByRole('button', { name: 'Read it' }).click();
  await expect(dialog.getByRole('alert')).toBeVisible();
});
