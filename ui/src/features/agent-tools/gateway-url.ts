/** The address an MCP client is given. */
export function gatewayUrl(apiBaseUrl: string, agentId: string): string {
  return `${apiBaseUrl.replace(/\/+$/, '')}/v1/mcp/${agentId}`;
}
