import { describe, expect, it } from 'vitest';
import { draftErrors, draftOf, inputOf, NEW_VARIABLE } from '@/features/mcp-catalog/draft';

const LOCAL = { ...draftOf({}), name: 'files', command: 'npx', arguments: '-y\n\n server-files \n/data' };

describe('a draft becomes what the API takes', () => {
  it('with one argument per line, and none for an empty line', () => {
    expect(inputOf(LOCAL).localConfig?.arguments).toEqual(['-y', 'server-files', '/data']);
  });

  it('without a port and a path when it speaks over stdio', () => {
    const input = inputOf({ ...LOCAL, httpPort: '9000', httpPath: '/mcp' });
    expect(input.localConfig).toMatchObject({ transportType: 'stdio', httpPort: null, httpPath: null });
  });

  it('without an image when a command starts it, whatever was typed before', () => {
    expect(inputOf({ ...LOCAL, dockerImage: 'left/over' }).localConfig?.dockerImage).toBeNull();
    const image = inputOf({ ...LOCAL, startWith: 'image', dockerImage: 'ghcr.io/x/y:1', command: '' });
    expect(image.localConfig).toMatchObject({ dockerImage: 'ghcr.io/x/y:1', command: null });
  });

  it('without variables that have no name', () => {
    const input = inputOf({ ...LOCAL, environment: [NEW_VARIABLE, { ...NEW_VARIABLE, key: ' TOKEN ' }] });
    expect(input.localConfig?.environment?.map((variable) => variable.key)).toEqual(['TOKEN']);
  });

  it('and keeps what the form does not show', () => {
    const before = inputOf(LOCAL).localConfig;
    const input = inputOf(LOCAL, { localConfig: before && { ...before, serviceAccount: 'operator' } });
    expect(input.localConfig?.serviceAccount).toBe('operator');
  });

  it('a remote one without anything local, and with OAuth only where it needs a sign-in', () => {
    const remote = { ...draftOf({}, 'remote'), name: 'r', serverUrl: ' https://x.example/mcp ', oauth: true };
    expect(inputOf(remote)).toMatchObject({ serverUrl: 'https://x.example/mcp', localConfig: null, oauthConfig: null });
    expect(inputOf({ ...remote, requiresAuth: true }).oauthConfig).toMatchObject({ supports_resource_metadata: true });
  });

  it('and back without a loss', () => {
    const draft = {
      ...LOCAL,
      arguments: '-y\nserver-files',
      transportType: 'streamable-http' as const,
      httpPort: '8080',
    };
    expect(draftOf(inputOf(draft))).toEqual(draft);
  });
});

describe('a draft is refused', () => {
  it('when a remote one has no web address', () => {
    expect(draftErrors({ ...draftOf({}, 'remote'), name: 'r', serverUrl: 'x.example' })).toHaveProperty('serverUrl');
  });

  it('when nothing starts it', () => {
    expect(draftErrors({ ...LOCAL, command: ' ' })).toHaveProperty('command');
    expect(draftErrors({ ...LOCAL, startWith: 'image' })).toHaveProperty('dockerImage');
  });

  it('when its name has the separator of tool names in it', () => {
    expect(draftErrors({ ...LOCAL, name: 'my__server' }).name).toContain('separate');
  });

  it('when a variable stands there twice or has an impossible name', () => {
    const twice = [NEW_VARIABLE, NEW_VARIABLE].map((variable) => ({ ...variable, key: 'A' }));
    expect(draftErrors({ ...LOCAL, environment: twice }).environment).toContain('twice');
    expect(draftErrors({ ...LOCAL, environment: [{ ...NEW_VARIABLE, key: '1 A' }] }).environment).toContain('1 A');
    expect(draftErrors(LOCAL)).toEqual({});
  });
});
