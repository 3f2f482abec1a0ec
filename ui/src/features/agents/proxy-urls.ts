/** The addresses at which an agent answers, one per provider. */
export const PROVIDERS = [
  { id: 'openai', name: 'OpenAI' },
  { id: 'anthropic', name: 'Anthropic' },
  { id: 'gemini', name: 'Google Gemini' },
] as const;

export type ProviderId = (typeof PROVIDERS)[number]['id'];

export function proxyUrl(apiBaseUrl: string, provider: ProviderId, agentId?: string): string {
  const base = `${apiBaseUrl.replace(/\/+$/, '')}/v1/${provider}`;
  return agentId === undefined ? base : `${base}/${encodeURIComponent(agentId)}`;
}

export function providerName(id: string): string {
  return PROVIDERS.find((provider) => provider.id === id)?.name ?? id;
}
