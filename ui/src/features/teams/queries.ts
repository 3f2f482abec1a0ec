import { queryOptions, useMutation } from '@tanstack/react-query';
import type { ExternalGroup, TeamMember } from '@/api/access';
import { del, get, post, put } from '@/api/client';
import type { Team } from '@/api/mcp';
import { useRefreshAccess } from '@/features/people/queries';

export type TeamDraft = { name: string; description: string | null };
export type TeamRole = TeamMember['role'];

export function teamMembersQuery(teamId: string) {
  return queryOptions({
    queryKey: ['teams', teamId, 'members'],
    queryFn: ({ signal }) => get<TeamMember[]>(`${path(teamId)}/members`, undefined, signal),
  });
}

export function externalGroupsQuery(teamId: string) {
  return queryOptions({
    queryKey: ['teams', teamId, 'external-groups'],
    queryFn: ({ signal }) => get<ExternalGroup[]>(`${path(teamId)}/external-groups`, undefined, signal),
  });
}

export function useSaveTeam(id: string | null) {
  const refresh = useRefreshAccess();
  return useMutation({
    mutationFn: (team: TeamDraft) => (id === null ? post<Team>('/api/teams', team) : put<Team>(path(id), team)),
    onSuccess: refresh,
  });
}

export function useDeleteTeam() {
  const refresh = useRefreshAccess();
  return useMutation({ mutationFn: (id: string) => del(path(id)), onSuccess: refresh });
}

export function useAddTeamMember(teamId: string) {
  const refresh = useRefreshAccess();
  return useMutation({
    mutationFn: (member: { userId: string; role: TeamRole }) => post<TeamMember>(`${path(teamId)}/members`, member),
    onSuccess: refresh,
  });
}

export function useChangeTeamMember(teamId: string) {
  const refresh = useRefreshAccess();
  return useMutation({
    mutationFn: ({ userId, role }: { userId: string; role: TeamRole }) =>
      put<TeamMember>(`${path(teamId)}/members/${encodeURIComponent(userId)}`, { role }),
    onSuccess: refresh,
  });
}

export function useRemoveTeamMember(teamId: string) {
  const refresh = useRefreshAccess();
  return useMutation({
    mutationFn: (userId: string) => del(`${path(teamId)}/members/${encodeURIComponent(userId)}`),
    onSuccess: refresh,
  });
}

export function useAddExternalGroup(teamId: string) {
  const refresh = useRefreshAccess();
  return useMutation({
    mutationFn: (groupIdentifier: string) =>
      post<ExternalGroup>(`${path(teamId)}/external-groups`, { groupIdentifier }),
    onSuccess: refresh,
  });
}

export function useRemoveExternalGroup(teamId: string) {
  const refresh = useRefreshAccess();
  return useMutation({
    mutationFn: (groupId: string) => del(`${path(teamId)}/external-groups/${encodeURIComponent(groupId)}`),
    onSuccess: refresh,
  });
}

function path(id: string): string {
  return `/api/teams/${encodeURIComponent(id)}`;
}
