/** `test` with a signed-in page that fails on script errors and on violations of the content security policy. */
import AxeBuilder from '@axe-core/playwright';
import { expect, type Page, test as base } from '@playwright/test';
import { apiUrl, mcpServerUrl, SIGNED_IN, uiUrl } from './environment';

export { expect };

export const test = base.extend({
  // eslint-disable-next-line no-empty-pattern -- Playwright reads the fixtures from this pattern
  baseURL: async ({}, provide) => provide(uiUrl()),
  storageState: SIGNED_IN,
  page: async ({ page }, provide) => {
    const faults: string[] = [];
    page.on('pageerror', (error) => faults.push(error.message));
    page.on('console', (message) => {
      // What the browser itself says of refused requests is part of the tests of failures.
      if (message.type() === 'error' && !message.text().startsWith('Failed to load resource'))
        faults.push(message.text());
    });
    await provide(page);
    expect(faults, 'script errors on the page').toEqual([]);
  },
});

/** axe finds nothing, in light and in dark. */
export async function expectAccessible(page: Page): Promise<void> {
  // A page's code is loaded when it is first opened; until then there is nothing to look at.
  await expect(page.locator('main')).toBeVisible();
  await expect(page.locator('h1').first()).toBeAttached();
  for (const colorScheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
    await expect(page.locator('html')).toHaveAttribute('data-theme', colorScheme);
    const { violations } = await new AxeBuilder({ page })
      .withTags(['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'])
      .analyze();
    const found = violations.map(({ id, nodes }) => `${id}: ${nodes.map((node) => node.target.join(' ')).join(', ')}`);
    expect(found, `axe, ${colorScheme}`).toEqual([]);
  }
}

/** Does what changes something on the server, and waits until it is changed: whoever leaves the page earlier takes it back. */
export async function saved(page: Page, act: () => Promise<unknown>): Promise<void> {
  const answer = page.waitForResponse(
    (response) => response.request().method() !== 'GET' && new URL(response.url()).pathname.startsWith('/api/'),
  );
  await act();
  expect((await answer).ok()).toBe(true);
}

/** A real call through the proxy to the stand-in provider. */
export async function call(path: string, body: unknown, headers: Record<string, string> = {}): Promise<Response> {
  const response = await fetch(`${apiUrl()}/v1/${path}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: 'Bearer sk-test', ...headers },
    body: JSON.stringify(body),
  });
  await response.clone().text();
  return response;
}

export function chat(content: string, model = 'gpt-5-mini', agentId?: string): Promise<Response> {
  return call(`openai/${agentId === undefined ? '' : `${agentId}/`}chat/completions`, {
    model,
    messages: [{ role: 'user', content }],
  });
}

/** A name no other test uses. */
export function unique(name: string): string {
  return `${name} ${Math.random().toString(36).slice(2, 8)}`;
}

export async function createAgent(page: Page, name: string): Promise<{ id: string; name: string }> {
  const answer = await page.request.post('/api/agents', { data: { name } });
  expect(answer.ok()).toBe(true);
  return (await answer.json()) as { id: string; name: string };
}

export type Installed = { id: string; name: string; catalogId: string; url: string };

/** A remote MCP server with the tools echo, add and fail, installed for everyone. */
export async function installRemote(page: Page, name: string, agentIds: string[] = []): Promise<Installed> {
  const url = mcpServerUrl(name);
  const item = await posted<{ id: string }>(page, '/api/internal_mcp_catalog', {
    name,
    serverType: 'remote',
    serverUrl: url,
  });
  const server = await posted<{ id: string }>(page, '/api/mcp_server', {
    name,
    catalogId: item.id,
    scope: 'org',
    agentIds,
  });
  return { id: server.id, name, catalogId: item.id, url };
}

async function posted<T>(page: Page, path: string, data: unknown): Promise<T> {
  const answer = await page.request.post(path, { data });
  expect(answer.ok(), `${path}: ${await answer.text()}`).toBe(true);
  return (await answer.json()) as T;
}

/** One JSON-RPC request to a gateway, as a client without a session sends it. */
export async function gatewayCall(page: Page, agentId: string, tool: string, args: unknown): Promise<string> {
  const { value } = (await (await page.request.get('/api/user-tokens/me/value')).json()) as { value: string };
  const answer = await fetch(`${apiUrl()}/v1/mcp/${agentId}`, {
    method: 'POST',
    headers: {
      authorization: `Bearer ${value}`,
      'content-type': 'application/json',
      accept: 'application/json, text/event-stream',
      'mcp-protocol-version': '2026-07-28',
      'mcp-method': 'tools/call',
      'mcp-name': tool,
    },
    body: JSON.stringify({
      jsonrpc: '2.0',
      id: 1,
      method: 'tools/call',
      params: {
        name: tool,
        arguments: args,
        _meta: {
          'io.modelcontextprotocol/protocolVersion': '2026-07-28',
          'io.modelcontextprotocol/clientInfo': { name: 'e2e', version: '1' },
          'io.modelcontextprotocol/clientCapabilities': {},
        },
      },
    }),
  });
  return answer.text();
}
