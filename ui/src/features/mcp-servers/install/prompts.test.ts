import { describe, expect, it } from 'vitest';
import type { EnvironmentVariable } from '@/api/mcp';
import { answersOf, missingAnswers, promptsOf, startAnswers } from '@/features/mcp-servers/install/prompts';

function variable(change: Partial<EnvironmentVariable>): EnvironmentVariable {
  return {
    key: 'TOKEN',
    type: 'plain_text',
    promptOnInstallation: true,
    ...change,
  };
}

function local(environment: EnvironmentVariable[]) {
  return {
    userConfig: null,
    localConfig: {
      command: 'npx',
      arguments: [],
      environment,
      dockerImage: null,
      transportType: 'stdio' as const,
      httpPort: null,
      httpPath: null,
      serviceAccount: null,
    },
  };
}

describe('what an installation asks for', () => {
  it('is only what the entry marks as asked', () => {
    const prompts = promptsOf(local([variable({}), variable({ key: 'FIXED', promptOnInstallation: false })]));
    expect(prompts.map((prompt) => prompt.key)).toEqual(['TOKEN']);
  });

  it('starts with the default, but never shows a secret', () => {
    const prompts = promptsOf(
      local([variable({ key: 'REGION', default: 'eu' }), variable({ type: 'secret', default: 'hidden' })]),
    );
    expect(startAnswers(prompts)).toEqual({ 'environment:REGION': 'eu', 'environment:TOKEN': '' });
  });

  it('keeps an environment variable and a user setting of one name apart', () => {
    const prompts = promptsOf({
      ...local([variable({ key: 'path' })]),
      userConfig: { path: { type: 'directory', title: 'Folder', description: '' } },
    });
    const answers = { 'environment:path': '/a', 'user:path': '/b' };
    expect(answersOf(prompts, answers)).toEqual({
      environmentValues: { path: '/a' },
      userConfigValues: { path: '/b' },
    });
  });
});

describe('an answer', () => {
  it('must be there when it is required, and spaces are not one', () => {
    const prompts = promptsOf(local([variable({ required: true })]));
    expect(missingAnswers(prompts, { 'environment:TOKEN': '  ' })).toHaveLength(1);
    expect(missingAnswers(prompts, { 'environment:TOKEN': 'x' })).toHaveLength(0);
  });

  it('must be a number within its range where one is asked for', () => {
    const prompts = promptsOf({
      localConfig: null,
      userConfig: { port: { type: 'number', title: 'Port', description: '', min: 1, max: 9 } },
    });
    expect(missingAnswers(prompts, { 'user:port': '12' })).toHaveLength(1);
    expect(missingAnswers(prompts, { 'user:port': 'many' })).toHaveLength(1);
    expect(missingAnswers(prompts, { 'user:port': '9' })).toHaveLength(0);
  });

  it('that is secret is a whole reference where Vault is only read', () => {
    const item = local([variable({ type: 'secret' }), variable({ key: 'REGION' })]);
    const prompts = promptsOf(item, true);
    expect(prompts.map((prompt) => prompt.kind)).toEqual(['reference', 'text']);
    expect(missingAnswers(prompts, {})).toHaveLength(0);
    expect(missingAnswers(prompts, { 'environment:TOKEN': 'kv/team#' })).toHaveLength(1);
    expect(missingAnswers(prompts, { 'environment:TOKEN': 'kv/team#token', 'environment:REGION': 'eu' })).toHaveLength(
      0,
    );
  });

  it('that is empty is not sent', () => {
    const prompts = promptsOf(local([variable({})]));
    expect(answersOf(prompts, { 'environment:TOKEN': '' }).environmentValues).toEqual({});
  });
});
