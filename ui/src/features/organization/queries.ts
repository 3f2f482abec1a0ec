import { queryOptions, useMutation, useQueryClient } from '@tanstack/react-query';
import { get, patch } from '@/api/client';
import type { Organization, OrganizationChange } from '@/api/types';

export const organizationQuery = queryOptions({
  queryKey: ['organization'],
  queryFn: () => get<Organization>('/api/organization'),
});

export function useUpdateOrganization() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (change: OrganizationChange) => patch<Organization>('/api/organization', change),
    onSuccess: (organization) => client.setQueryData(organizationQuery.queryKey, organization),
  });
}
