import { useMutation, useQueryClient } from '@tanstack/react-query';
import { post } from '@/api/client';
import type { User } from '@/api/types';
import { sessionQuery } from '@/features/sessions/queries';

export function useUpdateUser() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (name: string) => post<{ user: User }>('/api/auth/update-user', { name }),
    onSuccess: () => client.invalidateQueries({ queryKey: sessionQuery.queryKey }),
  });
}
