import { describe, expect, it } from 'vitest';
import { localPath } from '@/features/sessions/guard';

describe('the way back after signing in', () => {
  it('keeps a path of this site with its search', () => {
    expect(localPath('/logs?provider=openai')).toBe('/logs?provider=openai');
  });

  it.each(['https://evil.example', '//evil.example', '/\\evil.example', 'javascript:alert(1)', undefined])(
    'goes home instead of to %s',
    (target) => {
      expect(localPath(target)).toBe('/');
    },
  );
});
