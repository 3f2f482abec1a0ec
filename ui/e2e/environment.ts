export const CREDENTIALS = {
  email: process.env['ARCHESTRA_E2E_EMAIL'] ?? 'admin@localhost.ai',
  password: process.env['ARCHESTRA_E2E_PASSWORD'] ?? 'password',
};

/** Where the signed-in browser state is kept between specs. */
export const SIGNED_IN = 'test-results/signed-in.json';

export function uiUrl(): string {
  const url = process.env['ARCHESTRA_E2E_URL'];
  if (url === undefined) throw new Error('ARCHESTRA_E2E_URL is not set');
  return url;
}

export function apiUrl(): string {
  return process.env['ARCHESTRA_E2E_API_URL'] ?? uiUrl();
}

/** A remote MCP server of its own for each name. */
export function mcpServerUrl(name: string): string {
  const port = process.env['ARCHESTRA_E2E_MCP_PORT'];
  if (port === undefined) throw new Error('ARCHESTRA_E2E_MCP_PORT is not set');
  return `http://127.0.0.1:${port}/${encodeURIComponent(name)}`;
}

/** The stand-in provider at an address of its own, as a server that speaks OpenAI's API. */
export function providerUrl(): string {
  return `http://127.0.0.1:${providerPort()}/v1`;
}

export function providerPort(): number {
  const port = process.env['ARCHESTRA_E2E_PROVIDER_PORT'];
  if (port === undefined) throw new Error('ARCHESTRA_E2E_PROVIDER_PORT is not set');
  return Number(port);
}

/** An MCP server in an image that the container engine has. */
export const MCP_IMAGE = process.env['ARCHESTRA_E2E_MCP_IMAGE'] ?? 'local/mcp-everything:1';
