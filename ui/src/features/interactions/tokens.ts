import type { Interaction } from '@/api/types';

/** All the prompt cost, cached or not; the providers count the cached part apart. */
export function totalInput(
  row: Pick<Interaction, 'inputTokens' | 'cacheReadTokens' | 'cacheWriteTokens'>,
): number | null {
  return row.inputTokens === null ? null : row.inputTokens + (row.cacheReadTokens ?? 0) + (row.cacheWriteTokens ?? 0);
}

/** Everything that was counted; null where the provider counted nothing. */
export function allTokens(
  row: Pick<Interaction, 'inputTokens' | 'outputTokens' | 'cacheReadTokens' | 'cacheWriteTokens'>,
): number | null {
  const input = totalInput(row);
  return input === null && row.outputTokens === null ? null : (input ?? 0) + (row.outputTokens ?? 0);
}
