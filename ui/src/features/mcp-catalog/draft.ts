/** A catalogue entry as its form holds it, and as the API takes it. Pure. */
import type { CatalogDescription, CatalogInput, EnvironmentVariable, LocalConfig, OAuthConfig } from '@/api/mcp';

export type Draft = {
  name: string;
  description: string;
  serverType: 'local' | 'remote';
  serverUrl: string;
  requiresAuth: boolean;
  oauth: boolean;
  startWith: 'command' | 'image';
  command: string;
  /** One argument per line. */
  arguments: string;
  dockerImage: string;
  transportType: 'stdio' | 'streamable-http';
  httpPort: string;
  httpPath: string;
  environment: EnvironmentVariable[];
  docsUrl: string;
  instructions: string;
};

export const NEW_VARIABLE: EnvironmentVariable = {
  key: '',
  type: 'plain_text',
  required: true,
  promptOnInstallation: true,
};

export function draftOf(item: Partial<CatalogDescription>, kind: 'local' | 'remote' = 'local'): Draft {
  const local = item.localConfig;
  return {
    name: item.name ?? '',
    description: item.description ?? '',
    serverType: item.serverType === 'remote' || item.serverType === 'local' ? item.serverType : kind,
    serverUrl: item.serverUrl ?? '',
    requiresAuth: item.requiresAuth ?? false,
    oauth: item.oauthConfig !== null && item.oauthConfig !== undefined,
    startWith: local?.dockerImage && !local.command ? 'image' : 'command',
    command: local?.command ?? '',
    arguments: (local?.arguments ?? []).join('\n'),
    dockerImage: local?.dockerImage ?? '',
    transportType: local?.transportType ?? 'stdio',
    httpPort: local?.httpPort ? String(local.httpPort) : '',
    httpPath: local?.httpPath ?? '',
    environment: local?.environment ?? [],
    docsUrl: item.docsUrl ?? '',
    instructions: item.instructions ?? '',
  };
}

export function inputOf(draft: Draft, before?: Partial<CatalogDescription>): CatalogInput {
  const common = {
    name: draft.name.trim(),
    description: orNull(draft.description),
    docsUrl: orNull(draft.docsUrl),
    instructions: orNull(draft.instructions),
    serverType: draft.serverType,
  };
  if (draft.serverType === 'remote') {
    return {
      ...common,
      serverUrl: draft.serverUrl.trim(),
      requiresAuth: draft.requiresAuth,
      localConfig: null,
      oauthConfig: draft.requiresAuth && draft.oauth ? (before?.oauthConfig ?? discoveredOAuth(draft)) : null,
    };
  }
  return { ...common, serverUrl: null, oauthConfig: null, localConfig: localOf(draft, before?.localConfig ?? null) };
}

/** What is wrong with it, by field; nothing when it can be saved. */
export function draftErrors(draft: Draft): Partial<Record<keyof Draft, string>> {
  const errors: Partial<Record<keyof Draft, string>> = {};
  if (draft.name.trim() === '') errors.name = 'It needs a name.';
  if (draft.name.includes('__')) errors.name = 'Two underscores in a row separate the server from its tools.';
  if (draft.serverType === 'remote') {
    if (!/^https?:\/\/[^\s/]+/.test(draft.serverUrl.trim())) errors.serverUrl = 'An address that begins with https://';
    return errors;
  }
  if (draft.startWith === 'command' && draft.command.trim() === '') errors.command = 'What starts it, such as npx.';
  if (draft.startWith === 'image' && draft.dockerImage.trim() === '') errors.dockerImage = 'The image to run.';
  if (draft.transportType === 'streamable-http' && draft.httpPort !== '' && !isPort(draft.httpPort)) {
    errors.httpPort = 'A port between 1 and 65535.';
  }
  const keys = draft.environment.map((variable) => variable.key.trim()).filter((key) => key !== '');
  const twice = keys.find((key, index) => keys.indexOf(key) !== index);
  const odd = keys.find((key) => !/^[A-Za-z_][A-Za-z0-9_.-]*$/.test(key));
  if (twice !== undefined) errors.environment = `${twice} stands here twice.`;
  else if (odd !== undefined) errors.environment = `“${odd}” cannot be the name of a variable.`;
  return errors;
}

function localOf(draft: Draft, before: LocalConfig | null): LocalConfig {
  const http = draft.transportType === 'streamable-http';
  return {
    ...before,
    // An image may start with a command of its own choice; npx and its like use the base image.
    command: orNull(draft.command),
    dockerImage: draft.startWith === 'image' ? orNull(draft.dockerImage) : null,
    arguments: draft.arguments
      .split('\n')
      .map((argument) => argument.trim())
      .filter((argument) => argument !== ''),
    environment: draft.environment
      .filter((variable) => variable.key.trim() !== '')
      .map((variable) => ({ ...variable, key: variable.key.trim() })),
    transportType: draft.transportType,
    httpPort: http && draft.httpPort !== '' ? Number(draft.httpPort) : null,
    httpPath: http ? orNull(draft.httpPath) : null,
    serviceAccount: before?.serviceAccount ?? null,
  };
}

/** Everything about the sign-in is discovered from the server itself. */
function discoveredOAuth(draft: Draft): OAuthConfig {
  return {
    name: draft.name.trim(),
    server_url: draft.serverUrl.trim(),
    client_id: '',
    redirect_uris: [],
    scopes: [],
    default_scopes: [],
    supports_resource_metadata: true,
  };
}

function orNull(text: string): string | null {
  return text.trim() === '' ? null : text.trim();
}

function isPort(text: string): boolean {
  const port = Number(text);
  return Number.isInteger(port) && port >= 1 && port <= 65_535;
}
