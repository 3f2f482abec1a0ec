/** The clients the Connect page knows, and what each must be told. Pure: text in, text out. */
import type { ProviderId } from '@/features/agents/proxy-urls';
import { agentSnippets } from '@/features/connect/snippets/coding-agents';
import { curlSnippets } from '@/features/connect/snippets/curl';
import { sdkSnippets } from '@/features/connect/snippets/sdks';

/** Whose key the client sends: its own provider key, or an API key of this server. */
export type Credential = 'provider' | 'archestra';

export type SnippetContext = {
  /** The proxy's base URL for the client's provider and the chosen agent. */
  baseUrl: string;
  credential: Credential;
  model: string;
};

/** A `step` is needed in any case; the others are ways to choose from. */
export type Snippet = { label: string; caption: string; code: string; step?: true };

export type Client = {
  id: string;
  name: string;
  kind: 'agent' | 'sdk' | 'http';
  provider: ProviderId;
  /** What the person should know before copying. */
  notes: (context: SnippetContext) => string[];
  snippets: (context: SnippetContext) => Snippet[];
};

export const CLIENTS: readonly Client[] = [
  {
    id: 'claude-code',
    name: 'Claude Code',
    kind: 'agent',
    provider: 'anthropic',
    notes: ({ credential }) =>
      credential === 'provider'
        ? ['A Claude subscription works too: leave the key line out and Claude Code sends the sign-in it has.']
        : ['Remove ANTHROPIC_API_KEY from your shell if it is set; Claude Code would send both.'],
    snippets: agentSnippets.claudeCode,
  },
  { id: 'codex', name: 'Codex', kind: 'agent', provider: 'openai', notes: () => [], snippets: agentSnippets.codex },
  {
    id: 'gemini-cli',
    name: 'Gemini CLI',
    kind: 'agent',
    provider: 'gemini',
    notes: () => [
      'The settings file makes the CLI use an API key; without it, it refuses with “Invalid auth method selected”.',
    ],
    snippets: agentSnippets.geminiCli,
  },
  {
    id: 'cursor',
    name: 'Cursor',
    kind: 'agent',
    provider: 'openai',
    notes: ({ baseUrl }) => [
      ...(isLoopback(baseUrl)
        ? [
            'Cursor sends these requests from its own servers: an address on this machine cannot be reached from there. Give this server a public HTTPS address and set ARCHESTRA_API_BASE_URL to it.',
          ]
        : []),
      'Only Cursor’s chat with OpenAI models uses this setting; its own models and tab completion do not.',
    ],
    snippets: agentSnippets.cursor,
  },
  {
    id: 'opencode',
    name: 'opencode',
    kind: 'agent',
    provider: 'openai',
    notes: () => [],
    snippets: agentSnippets.opencode,
  },
  {
    id: 'openai-sdk',
    name: 'OpenAI SDK',
    kind: 'sdk',
    provider: 'openai',
    notes: () => [],
    snippets: sdkSnippets.openai,
  },
  {
    id: 'anthropic-sdk',
    name: 'Anthropic SDK',
    kind: 'sdk',
    provider: 'anthropic',
    notes: () => [],
    snippets: sdkSnippets.anthropic,
  },
  {
    id: 'google-genai-sdk',
    name: 'Google GenAI SDK',
    kind: 'sdk',
    provider: 'gemini',
    notes: () => [],
    snippets: sdkSnippets.googleGenAi,
  },
  {
    id: 'curl-openai',
    name: 'curl, OpenAI',
    kind: 'http',
    provider: 'openai',
    notes: () => [],
    snippets: curlSnippets.openai,
  },
  {
    id: 'curl-anthropic',
    name: 'curl, Anthropic',
    kind: 'http',
    provider: 'anthropic',
    notes: () => [],
    snippets: curlSnippets.anthropic,
  },
  {
    id: 'curl-gemini',
    name: 'curl, Gemini',
    kind: 'http',
    provider: 'gemini',
    notes: () => [],
    snippets: curlSnippets.gemini,
  },
];

export function isLoopback(url: string): boolean {
  try {
    const { hostname } = new URL(url);
    return hostname === 'localhost' || hostname === '[::1]' || hostname.startsWith('127.') || hostname === '0.0.0.0';
  } catch {
    return false;
  }
}
