/** `test` on a server of its own, whose three providers are aimock; it can be restarted in the middle of an answer. */
import { execFile } from 'node:child_process';
import { mkdir } from 'node:fs/promises';
import { promisify } from 'node:util';
import { type Page, request } from '@playwright/test';
import { type ChatUpstream, startChatUpstream } from './chat-upstream';
import { CREDENTIALS, MCP_IMAGE } from './environment';
import { expect, test as base, unique } from './fixtures';
import { type Started, startServer, until } from './server';

export { expect, unique };
export { expectAccessible } from './fixtures';

export type ChatStack = { upstream: ChatUpstream; server: Started; state: string };

export const test = base.extend<object, { stack: ChatStack }>({
  stack: [
    // eslint-disable-next-line no-empty-pattern -- Playwright reads the fixtures from this pattern
    async ({}, provide) => {
      const upstream = await startChatUpstream();
      const server = await startServer(upstream.port, {
        ARCHESTRA_CHAT_OPENAI_API_KEY: 'sk-mock',
        ARCHESTRA_CHAT_ANTHROPIC_API_KEY: 'sk-ant-mock',
        ARCHESTRA_CHAT_GEMINI_API_KEY: 'mock',
      });
      await provide({ upstream, server, state: await signIn(server.ui) });
      await server.stop();
      await upstream.stop();
    },
    { scope: 'worker', timeout: 120_000 },
  ],
  baseURL: async ({ stack }, provide) => provide(stack.server.ui),
  storageState: async ({ stack }, provide) => provide(stack.state),
});

export const MODELS = {
  openai: 'gpt-5-mini',
  anthropic: 'claude-haiku-4-5',
  gemini: 'gemini-2.5-flash',
} as const;
export type ProviderId = keyof typeof MODELS;

type Conversation = { id: string; agentId: string };
type Choice = { agentId?: string; approvalMode?: 'destructive' | 'always' | 'never' };

/** A conversation of one provider's model, open in the browser. */
export async function openChat(page: Page, provider: ProviderId, choice: Choice = {}): Promise<Conversation> {
  const agentId = choice.agentId ?? (await defaultAgent(page));
  const answer = await page.request.post('/api/chat/conversations', {
    data: { agentId, provider, selectedModel: MODELS[provider], approvalMode: choice.approvalMode ?? 'destructive' },
  });
  expect(answer.ok(), await answer.text()).toBe(true);
  const conversation = (await answer.json()) as Conversation;
  await page.goto(`/chat/${conversation.id}`);
  await expect(box(page)).toBeVisible();
  return conversation;
}

export function box(page: Page) {
  return page.getByRole('textbox', { name: 'Message', exact: true });
}

export function messages(page: Page) {
  return page.getByRole('region', { name: 'Messages' });
}

export async function say(page: Page, text: string): Promise<void> {
  await box(page).fill(text);
  await box(page).press('Enter');
}

/** The answer is complete when one could write the next message. */
export async function expectDone(page: Page): Promise<void> {
  await expect(page.getByRole('button', { name: 'Send', exact: true })).toBeVisible({ timeout: 30_000 });
}

async function defaultAgent(page: Page): Promise<string> {
  return ((await (await page.request.get('/api/agents/default')).json()) as { id: string }).id;
}

export type Equipped = { agentId: string; server: string; serverId: string };

/** A real MCP server in a container, its tools given to an agent of its own; null where no engine has its image. */
export async function agentWithContainer(page: Page): Promise<Equipped | null> {
  const known = await promisify(execFile)('docker', ['image', 'inspect', MCP_IMAGE]).then(
    () => true,
    () => false,
  );
  if (!known) return null;
  const server = unique('everything').replace(' ', '-');
  const agent = await posted<{ id: string }>(page, '/api/agents', { name: unique('Chat agent') });
  const item = await posted<{ id: string }>(page, '/api/internal_mcp_catalog', {
    name: server,
    serverType: 'local',
    localConfig: { dockerImage: MCP_IMAGE },
  });
  const installed = await posted<{ id: string }>(page, '/api/mcp_server', {
    name: server,
    catalogId: item.id,
    scope: 'org',
    agentIds: [agent.id],
  });
  await until(async () => {
    const tools = (await (await page.request.get(`/api/chat/agents/${agent.id}/mcp-tools`)).json()) as unknown[];
    return tools.length > 3;
  });
  // It has tools that it only offers to a client that has introduced itself; they are found by looking again.
  const asking = `${server}__trigger-elicitation-request`;
  let toolId: string | undefined;
  await until(async () => {
    await page.request.post(`/api/mcp_server/${installed.id}/reload-tools`);
    const tools = (await (await page.request.get('/api/tools')).json()) as { id: string; name: string }[];
    toolId = tools.find(({ name }) => name === asking)?.id;
    return toolId !== undefined;
  });
  await posted(page, '/api/agents/tools/bulk-assign', {
    assignments: [{ agentId: agent.id, toolId, mcpServerId: null, credentialResolutionMode: 'dynamic' }],
  });
  return { agentId: agent.id, server, serverId: installed.id };
}

async function posted<T>(page: Page, path: string, data: unknown): Promise<T> {
  const answer = await page.request.post(path, { data });
  expect(answer.ok(), `${path}: ${await answer.text()}`).toBe(true);
  return (await answer.json()) as T;
}

async function signIn(url: string): Promise<string> {
  const path = 'test-results/chat-signed-in.json';
  const api = await request.newContext({ baseURL: url });
  const answer = await api.post('/api/auth/sign-in/email', { data: CREDENTIALS });
  if (!answer.ok()) throw new Error(`signing in failed: ${answer.status()} ${await answer.text()}`);
  await mkdir('test-results', { recursive: true });
  await api.storageState({ path });
  await api.dispose();
  return path;
}
