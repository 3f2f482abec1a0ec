import { queryOptions, useMutation, useQueryClient } from '@tanstack/react-query';
import { del, get, post } from '@/api/client';
import type { Narrowed } from '@/api/mcp';
import type { components } from '@/api/schema';
import type { Served } from '@/api/types';

type Schemas = components['schemas'];
export type Backup = Served<Schemas['Backup']>;
export type BackupPreview = Served<Schemas['BackupPreview']>;
export type Applied = Narrowed<'Applied', { changes: ConfigurationChange[] }>;
export type ConfigurationChange = Narrowed<
  'ConfigurationChange',
  { before: Record<string, unknown>; after: Record<string, unknown> }
>;

/** A large database is not read in a moment. */
const PATIENCE_MS = 15 * 60_000;

export const backupsQuery = queryOptions({
  queryKey: ['backups', 'list'],
  queryFn: ({ signal }) => get<Served<Schemas['BackupList']>>('/api/backups', undefined, signal),
});

/** The whole file is read and checked, and nothing changed. */
export function previewQuery(name: string) {
  return queryOptions({
    queryKey: ['backups', 'preview', name],
    queryFn: () => post<BackupPreview>(`${path(name)}/preview`, {}, PATIENCE_MS),
    staleTime: 0,
    gcTime: 0,
  });
}

export function useCreateBackup() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: () => post<Backup>('/api/backups', {}, PATIENCE_MS),
    onSuccess: () => client.invalidateQueries({ queryKey: backupsQuery.queryKey }),
  });
}

export function useDeleteBackup() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (name: string) => del(path(name)),
    onSuccess: () => client.invalidateQueries({ queryKey: backupsQuery.queryKey }),
  });
}

export function useRestore() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (name: string) => post<BackupPreview>(`${path(name)}/restore`, {}, PATIENCE_MS),
    // Everything may be another thing now, also whether one is signed in.
    onSuccess: () => client.invalidateQueries(),
  });
}

/** What a file would change; nothing is changed. */
export function planQuery(text: string) {
  return queryOptions({
    queryKey: ['configuration', 'plan', text],
    queryFn: () => applyText(text, true),
    staleTime: 0,
    gcTime: 0,
    retry: false,
  });
}

export function useApply() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (text: string) => applyText(text, false),
    onSuccess: () => client.invalidateQueries({ predicate: ({ queryKey }) => queryKey[0] !== 'configuration' }),
  });
}

function applyText(text: string, dryRun: boolean): Promise<Applied> {
  const file = new Blob([text], { type: 'application/yaml' });
  return post<Applied>(`/api/configuration/apply?dryRun=${dryRun}`, file, PATIENCE_MS);
}

export function path(name: string): string {
  return `/api/backups/${encodeURIComponent(name)}`;
}
