import { oneOf, type RawSearch, text } from '@/lib/search-params';

export const ACTIONS = ['create', 'update', 'delete'] as const;

export type AuditSearch = {
  search?: string;
  actor?: string;
  resource?: string;
  action?: (typeof ACTIONS)[number];
  request?: string;
  page?: number;
};

export function auditSearch(search: RawSearch): AuditSearch {
  const page = Number(search['page']);
  return {
    search: text(search, 'search'),
    actor: text(search, 'actor'),
    resource: text(search, 'resource'),
    action: oneOf(search, 'action', ACTIONS),
    request: text(search, 'request'),
    page: Number.isInteger(page) && page > 1 ? page : undefined,
  };
}
