import { describe, expect, it } from 'vitest';
import { proxyUrl } from '@/features/agents/proxy-urls';
import { CLIENTS, type Credential, isLoopback } from '@/features/connect/clients';

const AGENT = '0198c0de-0000-7000-8000-000000000001';

function snippets(id: string, credential: Credential = 'provider') {
  const client = CLIENTS.find((each) => each.id === id);
  if (!client) throw new Error(`no client ${id}`);
  return client.snippets({
    baseUrl: proxyUrl('http://127.0.0.1:9000/', client.provider, AGENT),
    credential,
    model: 'some-model',
  });
}

describe('the base URL of an agent', () => {
  it('has no double slash, whatever the server is configured with', () => {
    expect(proxyUrl('http://127.0.0.1:9000/', 'openai', AGENT)).toBe(`http://127.0.0.1:9000/v1/openai/${AGENT}`);
  });

  it('is the default agent’s without an id', () => {
    expect(proxyUrl('https://ai.example.com', 'anthropic')).toBe('https://ai.example.com/v1/anthropic');
  });
});

describe('every client', () => {
  it.each(CLIENTS.map((client) => client.id))('%s is told this server and this agent', (id) => {
    expect(
      snippets(id)
        .map((snippet) => snippet.code)
        .join('\n'),
    ).toContain(`http://127.0.0.1:9000/v1/`);
    expect(
      snippets(id)
        .map((snippet) => snippet.code)
        .join('\n'),
    ).toContain(AGENT);
  });

  it.each(CLIENTS.map((client) => client.id))('%s never mixes the two kinds of key', (id) => {
    const own = snippets(id, 'archestra')
      .map((snippet) => snippet.code)
      .join('\n');
    const theirs = snippets(id, 'provider')
      .map((snippet) => snippet.code)
      .join('\n');
    expect(own).not.toMatch(/sk-|AIza/);
    expect(theirs).not.toMatch(/archestra_…|ARCHESTRA_API_KEY/);
  });
});

describe('what each client needs', () => {
  it('Claude Code gets a base URL without /v1 at its end and the right variable for each key', () => {
    const [shell, , settings] = snippets('claude-code');
    expect(shell?.code).toContain(`export ANTHROPIC_BASE_URL="http://127.0.0.1:9000/v1/anthropic/${AGENT}"`);
    expect(shell?.code).toContain('ANTHROPIC_API_KEY');
    expect(JSON.parse(settings?.code ?? '')).toHaveProperty('env.ANTHROPIC_BASE_URL');
    expect(snippets('claude-code', 'archestra')[0]?.code).toContain('ANTHROPIC_AUTH_TOKEN="archestra_…"');
  });

  it('Codex speaks the responses API and names the variable of the key', () => {
    const [config, shell] = snippets('codex');
    expect(config?.code).toContain('wire_api = "responses"');
    expect(config?.code).toContain('env_key = "OPENAI_API_KEY"');
    expect(shell?.code).toContain('OPENAI_API_KEY');
  });

  it('Gemini CLI is told to use an API key', () => {
    expect(JSON.parse(snippets('gemini-cli')[0]?.code ?? '')).toEqual({
      security: { auth: { selectedType: 'gemini-api-key' } },
    });
  });

  it('opencode gets valid JSON with the model it starts with', () => {
    const config = JSON.parse(snippets('opencode')[0]?.code ?? '') as {
      model: string;
      provider: { archestra: { models: object } };
    };
    expect(config.model).toBe('archestra/some-model');
    expect(config.provider.archestra.models).toHaveProperty('some-model');
  });

  it('the Anthropic SDKs send a key of this server as a bearer token', () => {
    const [python, javascript] = snippets('anthropic-sdk', 'archestra');
    expect(python?.code).toContain('auth_token=os.environ["ARCHESTRA_API_KEY"]');
    expect(javascript?.code).toContain('authToken: process.env.ARCHESTRA_API_KEY');
  });

  it('curl gets a body that is JSON in single quotes', () => {
    for (const id of ['curl-openai', 'curl-anthropic', 'curl-gemini']) {
      const body = /-d '(.*)'$/s.exec(snippets(id)[0]?.code ?? '')?.[1];
      expect(() => JSON.parse(body ?? '') as unknown).not.toThrow();
    }
  });

  it('Cursor is warned about an address on this machine only', () => {
    const cursor = CLIENTS.find((client) => client.id === 'cursor');
    const notes = (baseUrl: string) => cursor?.notes({ baseUrl, credential: 'provider', model: 'm' }).join(' ');
    expect(notes('http://127.0.0.1:9000/v1/openai')).toContain('cannot be reached');
    expect(notes('https://ai.example.com/v1/openai')).not.toContain('cannot be reached');
    expect(isLoopback('http://localhost:9000')).toBe(true);
  });
});
