import { queryOptions, useMutation, useQueryClient } from '@tanstack/react-query';
import { get, patch } from '@/api/client';
import type { AppearanceChange, Organization, OrganizationChange } from '@/api/types';

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

export function useUpdateAppearance() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (change: AppearanceChange) => patch<Organization>('/api/organization/appearance-settings', change),
    onSuccess: (organization) => client.setQueryData(organizationQuery.queryKey, organization),
  });
}
