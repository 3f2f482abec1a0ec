import type { Snippet } from '@/features/connect/clients';
import type { McpContext } from '@/features/connect/mcp/clients';

function typescript({ url, token }: McpContext): Snippet[] {
  return [
    {
      label: 'TypeScript',
      caption: 'npm install @modelcontextprotocol/sdk',
      code: `import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js';

const transport = new StreamableHTTPClientTransport(new URL('${url}'), {
  requestInit: { headers: { Authorization: 'Bearer ${token}' } },
});
const client = new Client({ name: 'my-app', version: '1.0.0' });
await client.connect(transport);

const { tools } = await client.listTools();
console.log(tools.map((tool) => tool.name));
await client.close();`,
    },
  ];
}

function python({ url, token }: McpContext): Snippet[] {
  return [
    {
      label: 'mcp',
      caption: 'pip install mcp',
      code: `import asyncio

from mcp import ClientSession
from mcp.client.streamable_http import streamablehttp_client


async def main():
    headers = {"Authorization": "Bearer ${token}"}
    async with streamablehttp_client("${url}", headers=headers) as (read, write, _):
        async with ClientSession(read, write) as session:
            await session.initialize()
            listed = await session.list_tools()
            print([tool.name for tool in listed.tools])


asyncio.run(main())`,
    },
    {
      label: 'FastMCP',
      caption: 'pip install fastmcp',
      code: `import asyncio

from fastmcp import Client
from fastmcp.client.auth import BearerAuth


async def main():
    async with Client("${url}", auth=BearerAuth("${token}")) as client:
        print([tool.name for tool in await client.list_tools()])


asyncio.run(main())`,
    },
  ];
}

function inspector({ url, token }: McpContext): Snippet[] {
  const header = `--header "Authorization: Bearer ${token}"`;
  return [
    {
      label: 'Command line',
      caption: 'Lists the tools',
      code: `npx @modelcontextprotocol/inspector --cli ${url} --transport http ${header} --method tools/list`,
    },
    {
      label: 'Browser',
      caption: 'Opens the Inspector; choose Streamable HTTP and add the token under Authentication',
      code: `npx @modelcontextprotocol/inspector --transport http --server-url ${url}`,
    },
  ];
}

const VERSION = '2026-07-28';

/** The protocol without sessions: one request says all that is needed. */
function curl({ url, token }: McpContext): Snippet[] {
  const body = {
    jsonrpc: '2.0',
    id: 1,
    method: 'tools/list',
    params: {
      _meta: {
        'io.modelcontextprotocol/protocolVersion': VERSION,
        'io.modelcontextprotocol/clientInfo': { name: 'curl', version: '1' },
        'io.modelcontextprotocol/clientCapabilities': {},
      },
    },
  };
  return [
    {
      label: 'curl',
      caption: 'Lists the tools',
      code: [
        `curl ${url} \\`,
        `  -H 'Authorization: Bearer ${token}' \\`,
        `  -H 'Content-Type: application/json' \\`,
        `  -H 'Accept: application/json, text/event-stream' \\`,
        `  -H 'MCP-Protocol-Version: ${VERSION}' \\`,
        `  -H 'Mcp-Method: tools/list' \\`,
        `  -d '${JSON.stringify(body, null, 2)}'`,
      ].join('\n'),
    },
  ];
}

export const codeSnippets = { typescript, python, inspector, curl };
