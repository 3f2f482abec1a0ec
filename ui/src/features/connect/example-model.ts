import type { TokenPrice } from '@/api/types';
import type { ProviderId } from '@/features/agents/proxy-urls';

/** Small, cheap and long known: what an example may cost. */
const USUAL: Record<ProviderId, string[]> = {
  openai: ['gpt-5-mini', 'gpt-5.4-mini', 'gpt-4.1-mini'],
  anthropic: ['claude-haiku-4-5', 'claude-sonnet-4-5', 'claude-sonnet-4-6'],
  gemini: ['gemini-2.5-flash', 'gemini-3-flash-preview'],
};

export function modelsOf(provider: ProviderId, prices: TokenPrice[]): string[] {
  return [
    ...new Set(
      prices
        .filter((price) => price.provider === provider && !price.model.includes('embedding'))
        .map((price) => price.model),
    ),
  ].sort();
}

export function exampleModel(provider: ProviderId, prices: TokenPrice[]): string {
  const known = modelsOf(provider, prices);
  const usual = USUAL[provider];
  return usual.find((model) => known.includes(model)) ?? known[0] ?? usual[0] ?? '';
}
