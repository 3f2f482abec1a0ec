/** What is wrong with a typed price, or null. */
export function priceError(text: string, optional: boolean): string | null {
  const trimmed = text.trim();
  if (trimmed === '') return optional ? null : 'Needed; 0 if it is free.';
  if (!/^\d{1,7}(\.\d{1,8})?$/.test(trimmed)) return 'A number such as 2.5 or 0.075.';
  return null;
}
