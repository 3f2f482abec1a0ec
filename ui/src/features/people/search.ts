import { flag, type RawSearch, text } from '@/lib/search-params';

export type PeopleSearch = { search?: string; role?: string; invite?: true };

export function peopleSearch(search: RawSearch): PeopleSearch {
  return { search: text(search, 'search'), role: text(search, 'role'), invite: flag(search, 'invite') };
}
