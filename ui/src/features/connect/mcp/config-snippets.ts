import type { Snippet } from '@/features/connect/clients';
import type { McpContext } from '@/features/connect/mcp/clients';
import { exports, powershell } from '@/features/connect/snippets/keys';

const NAME = 'archestra';
const VARIABLE = 'ARCHESTRA_TOKEN';

function claudeCode({ url, token }: McpContext): Snippet[] {
  return [
    {
      label: 'Command',
      caption: 'Any shell',
      code: `claude mcp add --transport http ${NAME} ${url} --header "Authorization: Bearer ${token}"`,
    },
    {
      label: 'Browser sign-in',
      caption: 'Then /mcp in Claude Code, and sign in',
      code: `claude mcp add --transport http ${NAME} ${url}`,
    },
    {
      label: 'Project file',
      caption: '.mcp.json, with the token in the environment',
      code: json({
        mcpServers: { [NAME]: { type: 'http', url, headers: { Authorization: `Bearer \${${VARIABLE}}` } } },
      }),
    },
  ];
}

function claudeDesktop({ url, token }: McpContext): Snippet[] {
  const plain = url.startsWith('http:') ? ['--allow-http'] : [];
  const config = {
    mcpServers: {
      [NAME]: {
        command: 'npx',
        // The value stands in a variable because its arguments must not hold a space.
        args: ['-y', 'mcp-remote', url, ...plain, '--header', 'Authorization:${AUTHORIZATION}'],
        env: { AUTHORIZATION: `Bearer ${token}` },
      },
    },
  };
  return [
    {
      label: 'Config',
      caption: 'Settings › Developer › Edit Config, then start it again',
      code: json(config),
      step: true,
    },
    ...(plain.length > 0
      ? []
      : [
          {
            label: 'Connector',
            caption: 'Or: Settings › Connectors › Add custom connector, and sign in',
            code: url,
            step: true as const,
          },
        ]),
  ];
}

function cursor({ url, token }: McpContext): Snippet[] {
  return [
    {
      label: 'Config',
      caption: '~/.cursor/mcp.json, or .cursor/mcp.json in a project',
      code: json({ mcpServers: { [NAME]: { url, headers: { Authorization: `Bearer ${token}` } } } }),
    },
    {
      label: 'Browser sign-in',
      caption: '~/.cursor/mcp.json; Cursor opens the browser',
      code: json({ mcpServers: { [NAME]: { url } } }),
    },
  ];
}

function vsCode({ url }: McpContext): Snippet[] {
  const config = {
    inputs: [{ type: 'promptString', id: 'archestra-token', description: 'Archestra token', password: true }],
    servers: { [NAME]: { type: 'http', url, headers: { Authorization: 'Bearer ${input:archestra-token}' } } },
  };
  return [
    { label: 'Config', caption: '.vscode/mcp.json', code: json(config) },
    {
      label: 'Browser sign-in',
      caption: '.vscode/mcp.json; VS Code opens the browser',
      code: json({ servers: { [NAME]: { type: 'http', url } } }),
    },
  ];
}

function codex({ url, token }: McpContext): Snippet[] {
  return [
    {
      label: 'Config',
      caption: '~/.codex/config.toml',
      code: [`[mcp_servers.${NAME}]`, `url = "${url}"`, `bearer_token_env_var = "${VARIABLE}"`].join('\n'),
      step: true,
    },
    { label: 'Shell', caption: 'macOS, Linux, WSL', code: `${exports([[VARIABLE, token]])}\ncodex` },
    { label: 'PowerShell', caption: 'Windows', code: `${powershell([[VARIABLE, token]])}\ncodex` },
  ];
}

function geminiCli({ url, token }: McpContext): Snippet[] {
  const config = {
    mcpServers: { [NAME]: { httpUrl: url, headers: { Authorization: `Bearer $${VARIABLE}` } } },
  };
  return [
    { label: 'Settings', caption: '~/.gemini/settings.json', code: json(config), step: true },
    { label: 'Shell', caption: 'macOS, Linux, WSL', code: `${exports([[VARIABLE, token]])}\ngemini` },
    { label: 'PowerShell', caption: 'Windows', code: `${powershell([[VARIABLE, token]])}\ngemini` },
  ];
}

function json(value: unknown): string {
  return JSON.stringify(value, null, 2);
}

export const configSnippets = { claudeCode, claudeDesktop, cursor, vsCode, codex, geminiCli };
