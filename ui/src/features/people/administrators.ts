import type { Member } from '@/api/access';

/** Without them nobody could give anyone a role any more, so the server keeps them; said before one tries. */
export function isLastAdministrator(person: Member, people: Member[]): boolean {
  return person.role === 'admin' && people.every(({ id, role }) => id === person.id || role !== 'admin');
}
