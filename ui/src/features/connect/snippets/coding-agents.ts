import type { Snippet, SnippetContext } from '@/features/connect/clients';
import { exports, keyPlaceholder, powershell } from '@/features/connect/snippets/keys';

function claudeCode({ baseUrl, credential }: SnippetContext): Snippet[] {
  const key: [string, string] = [
    credential === 'archestra' ? 'ANTHROPIC_AUTH_TOKEN' : 'ANTHROPIC_API_KEY',
    keyPlaceholder('anthropic', credential),
  ];
  const variables: [string, string][] = [['ANTHROPIC_BASE_URL', baseUrl], key];
  return [
    { label: 'Shell', caption: 'macOS, Linux, WSL', code: `${exports(variables)}\nclaude` },
    { label: 'PowerShell', caption: 'Windows', code: `${powershell(variables)}\nclaude` },
    { label: 'Settings', caption: '~/.claude/settings.json', code: json({ env: Object.fromEntries(variables) }) },
  ];
}

function codex({ baseUrl, credential }: SnippetContext): Snippet[] {
  const keyName = credential === 'archestra' ? 'ARCHESTRA_API_KEY' : 'OPENAI_API_KEY';
  const config = [
    'model_provider = "archestra"',
    '',
    '[model_providers.archestra]',
    'name = "Archestra"',
    `base_url = "${baseUrl}"`,
    `env_key = "${keyName}"`,
    'wire_api = "responses"',
  ].join('\n');
  const key: [string, string][] = [[keyName, keyPlaceholder('openai', credential)]];
  return [
    { label: 'Config', caption: '~/.codex/config.toml', code: config, step: true },
    { label: 'Shell', caption: 'macOS, Linux, WSL', code: `${exports(key)}\ncodex` },
    { label: 'PowerShell', caption: 'Windows', code: `${powershell(key)}\ncodex` },
  ];
}

function geminiCli({ baseUrl, credential }: SnippetContext): Snippet[] {
  const variables: [string, string][] = [
    ['GOOGLE_GEMINI_BASE_URL', baseUrl],
    ['GEMINI_API_KEY', keyPlaceholder('gemini', credential)],
  ];
  return [
    {
      label: 'Settings',
      caption: '~/.gemini/settings.json',
      code: json({ security: { auth: { selectedType: 'gemini-api-key' } } }),
      step: true,
    },
    { label: 'Shell', caption: 'macOS, Linux, WSL', code: `${exports(variables)}\ngemini` },
    { label: 'PowerShell', caption: 'Windows', code: `${powershell(variables)}\ngemini` },
  ];
}

function cursor({ baseUrl, credential }: SnippetContext): Snippet[] {
  return [
    {
      label: 'Base URL',
      caption: 'Settings › Models › API Keys › Override OpenAI Base URL',
      code: baseUrl,
      step: true,
    },
    {
      label: 'Key',
      caption: 'Settings › Models › API Keys › OpenAI API Key',
      code: keyPlaceholder('openai', credential),
      step: true,
    },
  ];
}

function opencode({ baseUrl, credential, model }: SnippetContext): Snippet[] {
  const keyName = credential === 'archestra' ? 'ARCHESTRA_API_KEY' : 'OPENAI_API_KEY';
  const config = {
    $schema: 'https://opencode.ai/config.json',
    model: `archestra/${model}`,
    provider: {
      archestra: {
        npm: '@ai-sdk/openai-compatible',
        name: 'Archestra',
        options: { baseURL: baseUrl, apiKey: `{env:${keyName}}` },
        models: { [model]: { name: model } },
      },
    },
  };
  const key: [string, string][] = [[keyName, keyPlaceholder('openai', credential)]];
  return [
    { label: 'Config', caption: 'opencode.json', code: json(config), step: true },
    { label: 'Shell', caption: 'macOS, Linux, WSL', code: `${exports(key)}\nopencode` },
    { label: 'PowerShell', caption: 'Windows', code: `${powershell(key)}\nopencode` },
  ];
}

function json(value: unknown): string {
  return JSON.stringify(value, null, 2);
}

export const agentSnippets = { claudeCode, codex, geminiCli, cursor, opencode };
