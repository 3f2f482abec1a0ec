/** The MCP clients the Connect page knows, and what each must be told. Pure: text in, text out. */
import type { Snippet } from '@/features/connect/clients';
import { isLoopback } from '@/features/connect/clients';
import { codeSnippets } from '@/features/connect/mcp/code-snippets';
import { configSnippets } from '@/features/connect/mcp/config-snippets';

export type McpContext = {
  /** The gateway's address for the chosen agent. */
  url: string;
  /** The token while it is shown, else what stands in its place. */
  token: string;
};

export type McpClient = {
  id: string;
  name: string;
  kind: 'agent' | 'sdk' | 'http';
  notes: (context: McpContext) => string[];
  snippets: (context: McpContext) => Snippet[];
};

export const TOKEN_PLACEHOLDER = 'archestra_…';

export const MCP_CLIENTS: readonly McpClient[] = [
  { id: 'claude-code', name: 'Claude Code', kind: 'agent', notes: () => [], snippets: configSnippets.claudeCode },
  {
    id: 'claude-desktop',
    name: 'Claude Desktop',
    kind: 'agent',
    notes: ({ url }) =>
      isLoopback(url) || url.startsWith('http:')
        ? [
            'Its own connectors want a public HTTPS address; with this one it goes through mcp-remote, which needs Node.',
          ]
        : [],
    snippets: configSnippets.claudeDesktop,
  },
  { id: 'cursor', name: 'Cursor', kind: 'agent', notes: () => [], snippets: configSnippets.cursor },
  {
    id: 'vscode',
    name: 'VS Code',
    kind: 'agent',
    notes: () => ['It asks for the token once and keeps it; the file carries none.'],
    snippets: configSnippets.vsCode,
  },
  { id: 'codex', name: 'Codex', kind: 'agent', notes: () => [], snippets: configSnippets.codex },
  { id: 'gemini-cli', name: 'Gemini CLI', kind: 'agent', notes: () => [], snippets: configSnippets.geminiCli },
  { id: 'typescript-sdk', name: 'TypeScript SDK', kind: 'sdk', notes: () => [], snippets: codeSnippets.typescript },
  { id: 'python-sdk', name: 'Python SDK', kind: 'sdk', notes: () => [], snippets: codeSnippets.python },
  { id: 'inspector', name: 'MCP Inspector', kind: 'http', notes: () => [], snippets: codeSnippets.inspector },
  { id: 'curl', name: 'curl', kind: 'http', notes: () => [], snippets: codeSnippets.curl },
];
