import { describe, expect, it } from 'vitest';
import { countOf, grouped, withChange, within } from '@/features/roles/permissions';

const ALL = { profile: ['create', 'read', 'update'], invitation: ['create', 'cancel'], novelty: ['read'] };

describe('permissions', () => {
  it('are grouped, and one nobody has words for is shown by its name', () => {
    const groups = grouped(ALL);
    expect(groups.map(({ title }) => title)).toEqual(['Agents and chat', 'People and organization', 'Other']);
    expect(groups.at(-1)?.rows[0]).toMatchObject({ resource: 'novelty', label: 'novelty', actions: ['read'] });
  });

  it('bring read along when something is to be changed', () => {
    expect(withChange({}, ALL, 'profile', ['update'], true)).toEqual({ profile: ['read', 'update'] });
    expect(withChange({}, ALL, 'invitation', ['cancel'], true)).toEqual({ invitation: ['cancel'] });
  });

  it('leave a resource out once nothing of it is permitted', () => {
    const before = { profile: ['read'], novelty: ['read'] };
    expect(withChange(before, ALL, 'profile', ['read'], false)).toEqual({ novelty: ['read'] });
  });

  it('are cut to what somebody has', () => {
    const cut = within({ profile: ['read', 'update'], novelty: ['read'] }, { profile: ['read'] });
    expect(cut).toEqual({ profile: ['read'] });
    expect(countOf(cut)).toBe(1);
  });
});
