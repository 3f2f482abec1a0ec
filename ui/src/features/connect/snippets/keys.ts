import type { ProviderId } from '@/features/agents/proxy-urls';
import type { Credential } from '@/features/connect/clients';

const PROVIDER_KEYS: Record<ProviderId, string> = { openai: 'sk-…', anthropic: 'sk-ant-…', gemini: 'AIza…' };

/** What stands where the person's key goes; never a real one. */
export function keyPlaceholder(provider: ProviderId, credential: Credential): string {
  return credential === 'archestra' ? 'archestra_…' : PROVIDER_KEYS[provider];
}

export function exports(variables: [name: string, value: string][]): string {
  return variables.map(([name, value]) => `export ${name}="${value}"`).join('\n');
}

export function powershell(variables: [name: string, value: string][]): string {
  return variables.map(([name, value]) => `$env:${name} = "${value}"`).join('\n');
}
