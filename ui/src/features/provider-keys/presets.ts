/** Servers of one's own that speak OpenAI's API. Pure. */
import type { LlmProvider } from '@/api/settings';

export type Preset = { id: string; name: string; baseUrl: string };

export const PRESETS: readonly Preset[] = [
  { id: 'ollama', name: 'Ollama', baseUrl: 'http://127.0.0.1:11434/v1' },
  { id: 'vllm', name: 'vLLM', baseUrl: 'http://127.0.0.1:8000/v1' },
  { id: 'lm-studio', name: 'LM Studio', baseUrl: 'http://127.0.0.1:1234/v1' },
];

export function presetOf(id: string | undefined): Preset | undefined {
  return PRESETS.find((preset) => preset.id === id);
}

/** A provider of its own where the server knows one; else it is OpenAI at another address. */
export function providerFor(preset: Preset, providers: readonly LlmProvider[]): string {
  return providers.some((provider) => provider.id === preset.id) ? preset.id : 'openai';
}

/** Whether this provider can stand at the address of a preset. */
export function takesPresets(provider: string): boolean {
  return provider === 'openai' || PRESETS.some((preset) => preset.id === provider);
}
