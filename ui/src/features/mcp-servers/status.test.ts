import { QueryClient } from '@tanstack/react-query';
import { describe, expect, it } from 'vitest';
import type { McpServer, ServerChange } from '@/api/mcp';
import { apply, remove } from '@/features/mcp-servers/live';
import { serverQuery, serversQuery } from '@/features/mcp-servers/queries';
import { activityOf, byUrgency, ownerOf, percentOf, placeOf, serverLook } from '@/features/mcp-servers/status';

function server(change: Partial<McpServer>): McpServer {
  return {
    id: 'a',
    name: 'files',
    catalogId: 'c',
    catalogName: 'files',
    serverType: 'local',
    scope: 'personal',
    ownerId: 'u',
    ownerName: 'A',
    ownerEmail: 'a@b.c',
    users: [],
    userDetails: [],
    secretId: null,
    secretStorageType: 'none',
    serviceAccount: null,
    state: 'running',
    teamId: null,
    teamDetails: null,
    runtime: 'docker',
    runtimeDetail: null,
    clusterId: null,
    desired: 'running',
    localInstallationStatus: 'success',
    localInstallationError: null,
    statusDetail: null,
    startedAt: null,
    progress: null,
    restarts: 0,
    lastCrash: null,
    toolCount: 1,
    pendingToolCount: 0,
    usage: { calls: 0, errors: 0, p50Ms: null, p95Ms: null, lastAt: null, series: [] },
    reinstallRequired: false,
    oauthRefreshError: null,
    oauthRefreshFailedAt: null,
    environmentValues: {},
    userConfigValues: {},
    createdAt: '',
    updatedAt: '',
    ...change,
  };
}

function changed(change: Partial<ServerChange>): ServerChange {
  return {
    id: 'a',
    name: 'files',
    localInstallationStatus: 'success',
    localInstallationError: null,
    statusDetail: null,
    startedAt: null,
    progress: null,
    restarts: 0,
    ...change,
  };
}

describe('the state of a server', () => {
  it('is what was asked for before what was reached', () => {
    expect(serverLook(server({ desired: 'stopped', localInstallationStatus: 'error' })).state).toBe('stopped');
    expect(serverLook(server({ localInstallationStatus: 'discovering-tools' })).label).toBe('Reading its tools');
    expect(serverLook(server({ serverType: 'remote' })).label).toBe('Connected');
  });

  it('puts what needs someone first', () => {
    const rows = [
      server({ name: 'b' }),
      server({ name: 'c', desired: 'stopped' }),
      server({ name: 'd', localInstallationStatus: 'pending' }),
      server({ name: 'a' }),
      server({ name: 'e', localInstallationStatus: 'error' }),
    ];
    expect(rows.sort(byUrgency).map((row) => row.name)).toEqual(['e', 'd', 'a', 'b', 'c']);
  });

  it('tells how far a step has come, where it has a measure', () => {
    const progress = { step: 'pulling the image', current: 41_000_000, total: 100_000_000 };
    expect(percentOf(progress)).toBe(41);
    expect(activityOf(server({ progress }))).toBe('pulling the image, 41 % of 100.0 MB');
    expect(percentOf({ ...progress, total: null })).toBeNull();
    expect(activityOf(server({ progress: { ...progress, total: null } }))).toBe('pulling the image');
    expect(activityOf(server({ statusDetail: 'Waiting for a node.' }))).toBe('Waiting for a node.');
  });

  it('says where it runs and for whom', () => {
    expect(placeOf(server({ runtime: 'kubernetes', runtimeDetail: 'staging' }))).toBe('staging');
    expect(placeOf(server({ runtime: null }))).toBe('Not placed yet');
    expect(ownerOf(server({ scope: 'team', teamDetails: { teamId: 't', name: 'Payments', createdAt: '' } }))).toBe(
      'Payments',
    );
    expect(ownerOf(server({ scope: 'org' }))).toBe('Everyone');
  });
});

describe('a state that arrives over the stream', () => {
  function cache(servers: McpServer[]) {
    const client = new QueryClient();
    client.setQueryData(serversQuery.queryKey, servers);
    return client;
  }

  it('changes the server in the list and alone', () => {
    const client = cache([server({}), server({ id: 'b' })]);
    client.setQueryData(serverQuery('a').queryKey, server({}));
    apply(client, changed({ localInstallationStatus: 'pending', statusDetail: 'pulling' }));
    expect(client.getQueryData(serversQuery.queryKey)?.[0]).toMatchObject({ statusDetail: 'pulling' });
    expect(client.getQueryData(serversQuery.queryKey)?.[1]?.localInstallationStatus).toBe('success');
    expect(client.getQueryData(serverQuery('a').queryKey)?.localInstallationStatus).toBe('pending');
  });

  it('takes a removed server out of the list', () => {
    const client = cache([server({}), server({ id: 'b' })]);
    remove(client, 'a');
    expect(client.getQueryData(serversQuery.queryKey)?.map((each) => each.id)).toEqual(['b']);
  });

  it('has the rest read again when a server is new or has come to an end', () => {
    const client = cache([server({ localInstallationStatus: 'pending' })]);
    const stale = () => client.getQueryState(serversQuery.queryKey)?.isInvalidated;
    apply(client, changed({ localInstallationStatus: 'discovering-tools' }));
    expect(stale()).toBe(false);
    apply(client, changed({}));
    expect(stale()).toBe(true);
  });
});
