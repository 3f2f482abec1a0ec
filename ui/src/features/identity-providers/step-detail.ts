import type { TestStep } from '@/api/identity';
import { asSentence } from '@/lib/format';

/** What the provider said stays as it said it; what this server says of it begins as a sentence does. */
export function stepDetail({ name, detail }: Pick<TestStep, 'name' | 'detail'>): string {
  const isTheirs = /^(claim|person|role)\b/i.test(name) || !/^[a-z]+[ ,.:]/.test(detail) || /^https?:/.test(detail);
  return isTheirs ? detail : asSentence(detail);
}
