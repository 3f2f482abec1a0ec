#!/usr/bin/env node
// Installs an MCP server as a person does: signs in, adds an image to the registry, installs it for everyone and gives its
// tools to an agent. Prints the server's id.
//   install-in-ui.mjs <address of the UI> <password> <image> <name> <agent>
// Needs Chromium (CHROMIUM names another than /usr/bin/chromium) and `npm ci` in ui/.
import { createRequire } from 'node:module';

const require = createRequire(new URL('../../ui/package.json', import.meta.url));
const { chromium } = require('playwright-core');
const [address, password, image, name, agent] = process.argv.slice(2);

const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
  args: ['--no-sandbox'],
});
const page = await browser.newPage({ baseURL: address });
page.setDefaultTimeout(30_000);
try {
  await page.goto('/sign-in?redirect=%2Fcatalog%2Fnew');
  await page.getByLabel('Email').fill('admin@localhost.ai');
  await page.getByLabel('Password').fill(password);
  await page.getByRole('button', { name: 'Sign in' }).click();

  const dialog = page.getByRole('dialog');
  await dialog.getByLabel('Name').fill(name);
  await dialog.getByRole('radio', { name: 'An image' }).click();
  await dialog.getByLabel('Image').fill(image);
  await dialog.getByRole('button', { name: 'Add to the registry' }).click();

  await page.getByRole('heading', { name: `Install ${name}` }).waitFor();
  await dialog.getByRole('radio', { name: 'Everyone' }).click();
  await dialog.getByLabel('Give its tools to').selectOption({ label: agent });
  await dialog.getByRole('button', { name: 'Install and start' }).click();
  await page.getByText(/Ready with \d+ tools/).waitFor({ timeout: 90_000 });
  await dialog.getByRole('link', { name: 'Try a tool' }).click();
  await page.waitForURL(/\/servers\/[0-9a-f-]{36}/);
  console.log(new URL(page.url()).pathname.split('/')[2]);
} catch (error) {
  console.error(`${page.url()} shows:\n${await page.locator('body').innerText()}\n${error.message}`);
  process.exitCode = 1;
} finally {
  await browser.close();
}
