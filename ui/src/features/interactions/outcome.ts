/** How a call ended, in words and in colour. */
type Look = { label: string; tone: 'ok' | 'warn' | 'bad' | 'neutral' };

const LOOKS: Record<string, Look> = {
  ok: { label: 'Answered', tone: 'ok' },
  client_error: { label: 'Refused', tone: 'warn' },
  upstream_error: { label: 'Provider error', tone: 'bad' },
  client_left: { label: 'Client left', tone: 'neutral' },
  proxy_error: { label: 'Proxy error', tone: 'bad' },
};

export function outcomeLook(outcome: string): Look {
  return LOOKS[outcome] ?? { label: outcome, tone: 'neutral' };
}

const TYPES: Record<string, string> = {
  'openai:chatCompletions': 'Chat completion',
  'openai:responses': 'Response',
  'openai:embeddings': 'Embedding',
  'anthropic:messages': 'Message',
  'anthropic:countTokens': 'Token count',
  'gemini:generateContent': 'Generate content',
  'gemini:countTokens': 'Token count',
  'gemini:embedContent': 'Embedding',
};

export function typeLabel(type: string): string {
  return TYPES[type] ?? type;
}
