/** One provider, one MCP server, one real server, one signed-in state for all specs. */
import { startMcpServer } from './mcp-server';
import { startProvider } from './provider';
import { freePort, startServer, type Stop } from './server';
import { saveSignedIn } from './sign-in-state';

export default async function globalSetup(): Promise<Stop> {
  const own =
    process.env['ARCHESTRA_E2E_URL'] === undefined || process.env['ARCHESTRA_E2E_PROVIDER_PORT'] === undefined;
  const providerPort = own ? await freePort() : Number(process.env['ARCHESTRA_E2E_PROVIDER_PORT']);
  const provider = await startProvider(providerPort);
  const mcpPort = Number(process.env['ARCHESTRA_E2E_MCP_PORT'] ?? (await freePort()));
  process.env['ARCHESTRA_E2E_MCP_PORT'] = String(mcpPort);
  const mcp = await startMcpServer(mcpPort);
  const server = own ? await startServer(providerPort) : undefined;
  if (server !== undefined) {
    process.env['ARCHESTRA_E2E_PROVIDER_PORT'] = String(providerPort);
    process.env['ARCHESTRA_E2E_URL'] = server.ui;
    process.env['ARCHESTRA_E2E_API_URL'] = server.api;
  }
  await saveSignedIn();
  return async () => {
    await server?.stop();
    provider.closeAllConnections();
    provider.close();
    mcp.closeAllConnections();
    mcp.close();
  };
}
