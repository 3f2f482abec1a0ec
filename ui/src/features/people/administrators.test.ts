import { describe, expect, it } from 'vitest';
import type { Member } from '@/api/access';
import { isLastAdministrator } from '@/features/people/administrators';

function person(id: string, role: string): Member {
  return {
    id,
    role,
    name: id,
    email: `${id}@example.com`,
    kind: 'person',
    teams: [],
    isSelf: false,
    passwordSet: true,
    createdAt: '2026-01-01T00:00:00Z',
    lastActiveAt: null,
  };
}

describe('the last administrator', () => {
  const ann = person('ann', 'admin');

  it('is the only one with that role', () => {
    expect(isLastAdministrator(ann, [ann, person('bob', 'editor')])).toBe(true);
  });

  it('is nobody where there are two', () => {
    expect(isLastAdministrator(ann, [ann, person('bob', 'admin')])).toBe(false);
  });

  it('is nobody with another role', () => {
    const bob = person('bob', 'editor');
    expect(isLastAdministrator(bob, [ann, bob])).toBe(false);
  });
});
