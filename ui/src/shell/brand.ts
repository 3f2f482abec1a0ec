import { useQuery } from '@tanstack/react-query';
import { useSyncExternalStore } from 'react';
import { organizationQuery } from '@/features/organization/queries';
import { onThemeChange, resolvedTheme } from '@/lib/theme';

/** The organization's own name and logo where it has them; who may not read it sees the program's. */
export function useBrand(): { name: string; logo: string | null } {
  const { data } = useQuery(organizationQuery);
  const theme = useSyncExternalStore(onThemeChange, resolvedTheme);
  return {
    name: data?.appName ?? 'Archestra',
    logo: (theme === 'dark' ? (data?.logoDark ?? data?.logo) : data?.logo) ?? null,
  };
}
