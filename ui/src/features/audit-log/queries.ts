import { keepPreviousData, queryOptions } from '@tanstack/react-query';
import type { AuditFacets, AuditPage, AuditVerified } from '@/api/access';
import { get, withQuery } from '@/api/client';
import type { AuditSearch } from '@/features/audit-log/search';

export const PAGE_SIZE = 50;

export function auditQuery({ page = 1, ...filters }: AuditSearch) {
  return queryOptions({
    queryKey: ['audit-log', 'list', { page, ...filters }],
    queryFn: ({ signal }) =>
      get<AuditPage>(
        '/api/audit-log',
        { ...parameters(filters), limit: PAGE_SIZE, offset: (page - 1) * PAGE_SIZE },
        signal,
      ),
    placeholderData: keepPreviousData,
  });
}

export const auditFacetsQuery = queryOptions({
  queryKey: ['audit-log', 'facets'],
  queryFn: ({ signal }) => get<AuditFacets>('/api/audit-log/facets', undefined, signal),
});

/** Every entry is read and every hash computed anew. */
export const auditVerifiedQuery = queryOptions({
  queryKey: ['audit-log', 'verified'],
  queryFn: ({ signal }) => get<AuditVerified>('/api/audit-log/verify', undefined, signal),
  staleTime: 60_000,
});

/** The same entries as a file. */
export function exportPath(search: AuditSearch): string {
  return withQuery('/api/audit-log/export', parameters(search));
}

function parameters({ search, actor, resource, action, request }: AuditSearch) {
  return { search, actorId: actor, resource, action, requestId: request };
}
