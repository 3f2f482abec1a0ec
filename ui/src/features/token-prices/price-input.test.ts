import { describe, expect, it } from 'vitest';
import { priceError } from '@/features/token-prices/price-input';

describe('a typed price', () => {
  it.each(['0', '2.5', '0.075', '15', ' 3.00 '])('accepts %s', (text) => {
    expect(priceError(text, false)).toBeNull();
  });

  it.each(['-1', '1e3', 'free', '1.2.3', '.5'])('refuses %s', (text) => {
    expect(priceError(text, false)).not.toBeNull();
  });

  it('may be empty only where it is optional', () => {
    expect(priceError('', true)).toBeNull();
    expect(priceError('', false)).not.toBeNull();
  });
});
