import type { Snippet, SnippetContext } from '@/features/connect/clients';
import { keyPlaceholder } from '@/features/connect/snippets/keys';

function openai({ baseUrl, credential, model }: SnippetContext): Snippet[] {
  return [
    command(`${baseUrl}/chat/completions`, [`Authorization: Bearer ${keyPlaceholder('openai', credential)}`], {
      model,
      messages: [{ role: 'user', content: 'Say hello.' }],
    }),
  ];
}

function anthropic({ baseUrl, credential, model }: SnippetContext): Snippet[] {
  const key = keyPlaceholder('anthropic', credential);
  return [
    command(
      `${baseUrl}/v1/messages`,
      [
        credential === 'archestra' ? `Authorization: Bearer ${key}` : `x-api-key: ${key}`,
        'anthropic-version: 2023-06-01',
      ],
      {
        model,
        max_tokens: 256,
        messages: [{ role: 'user', content: 'Say hello.' }],
      },
    ),
  ];
}

function gemini({ baseUrl, credential, model }: SnippetContext): Snippet[] {
  const key = keyPlaceholder('gemini', credential);
  return [
    command(
      `${baseUrl}/v1beta/models/${model}:generateContent`,
      [credential === 'archestra' ? `Authorization: Bearer ${key}` : `x-goog-api-key: ${key}`],
      {
        contents: [{ parts: [{ text: 'Say hello.' }] }],
      },
    ),
  ];
}

function command(url: string, headers: string[], body: unknown): Snippet {
  const lines = [
    `curl ${url}`,
    ...[...headers, 'Content-Type: application/json'].map((header) => `  -H "${header}"`),
    `  -d '${JSON.stringify(body)}'`,
  ];
  return { label: 'curl', caption: 'macOS, Linux, WSL', code: lines.join(' \\\n') };
}

export const curlSnippets = { openai, anthropic, gemini };
