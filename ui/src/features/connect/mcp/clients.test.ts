import { describe, expect, it } from 'vitest';
import { gatewayUrl } from '@/features/agent-tools/gateway-url';
import { MCP_CLIENTS, TOKEN_PLACEHOLDER } from '@/features/connect/mcp/clients';

const AGENT = '0198c0de-0000-7000-8000-000000000001';
const LOCAL = gatewayUrl('http://127.0.0.1:9000/', AGENT);
const PUBLIC = gatewayUrl('https://ai.example.com', AGENT);

function codes(id: string, url = LOCAL, token = TOKEN_PLACEHOLDER): string[] {
  const client = MCP_CLIENTS.find((each) => each.id === id);
  if (!client) throw new Error(`no client ${id}`);
  return client.snippets({ url, token }).map((snippet) => snippet.code);
}

describe('the address of a gateway', () => {
  it('has no double slash, whatever the server is configured with', () => {
    expect(LOCAL).toBe(`http://127.0.0.1:9000/v1/mcp/${AGENT}`);
  });
});

describe('every MCP client', () => {
  it.each(MCP_CLIENTS.map((client) => client.id))('%s is told this gateway', (id) => {
    expect(codes(id).join('\n')).toContain(LOCAL);
  });

  it.each(['claude-code', 'claude-desktop', 'cursor', 'codex', 'gemini-cli', 'typescript-sdk', 'python-sdk', 'curl'])(
    '%s is given the token while it is shown',
    (id) => {
      expect(codes(id, LOCAL, 'archestra_real').join('\n')).toContain('archestra_real');
      expect(codes(id).join('\n')).toContain(TOKEN_PLACEHOLDER);
    },
  );

  it.each(['claude-desktop', 'cursor', 'vscode', 'gemini-cli'])('%s gets a file that is JSON', (id) => {
    expect(() => JSON.parse(codes(id)[0] ?? '') as unknown).not.toThrow();
  });
});

describe('what each MCP client needs', () => {
  it('VS Code asks for the token, so that the file has none', () => {
    expect(codes('vscode', LOCAL, 'archestra_real').join('\n')).not.toContain('archestra_real');
  });

  it('Codex reads the token from a variable', () => {
    expect(codes('codex', LOCAL, 'archestra_real')[0]).not.toContain('archestra_real');
    expect(codes('codex')[0]).toContain('bearer_token_env_var = "ARCHESTRA_TOKEN"');
  });

  it('Claude Desktop goes through mcp-remote, over plain HTTP only when told to', () => {
    expect(codes('claude-desktop')[0]).toContain('--allow-http');
    expect(codes('claude-desktop', PUBLIC)[0]).not.toContain('--allow-http');
    expect(codes('claude-desktop', PUBLIC)[1]).toBe(PUBLIC);
    const { args } = (JSON.parse(codes('claude-desktop')[0] ?? '') as { mcpServers: { archestra: { args: string[] } } })
      .mcpServers.archestra;
    expect(args.some((argument) => argument.includes(' '))).toBe(false);
  });

  it('curl gets a body that is JSON in single quotes and says the same version twice', () => {
    const code = codes('curl')[0] ?? '';
    const body = JSON.parse(/-d '(.*)'$/s.exec(code)?.[1] ?? '') as { params: { _meta: Record<string, unknown> } };
    expect(code).toContain(
      `MCP-Protocol-Version: ${String(body.params._meta['io.modelcontextprotocol/protocolVersion'])}`,
    );
  });
});
