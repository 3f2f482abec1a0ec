import asyncio
import unittest

import fastmcp
import httpx2
from fastmcp.client.transports import StreamableHttpTransport
from mcp import ClientSession
from mcp.client.streamable_http import streamable_http_client

from harness import TARGET

PREFIXES = ["everything", "files", "memory", "thinking", "time", "git", "fetch", "sqlite"]


@unittest.skipUnless("mcp" in TARGET, "needs servers behind the gateway")
class McpTest(unittest.TestCase):
    group = "MCP gateway"

    def expect_all_servers(self, tools):
        missing = [prefix for prefix in PREFIXES if not any(tool.name.startswith(prefix + "__") for tool in tools)]
        self.assertEqual(missing, [])

    def test_official_sdk(self):
        """the official SDK lists the tools of all servers and calls two"""

        async def go():
            headers = {"authorization": f"Bearer {TARGET['mcp']['token']}"}
            async with httpx2.AsyncClient(headers=headers) as http, streamable_http_client(TARGET["mcp"]["url"], http_client=http) as streams:
                async with ClientSession(streams[0], streams[1]) as session:
                    await session.initialize()
                    self.expect_all_servers((await session.list_tools()).tools)
                    result = await session.call_tool("everything__echo", {"message": "hello"})
                    self.assertIn("hello", result.content[0].text)
                    result = await session.call_tool("time__get_current_time", {"timezone": "UTC"})
                    self.assertIn("UTC", result.content[0].text)

        asyncio.run(go())

    def test_fastmcp(self):
        """fastmcp lists the tools of all servers and calls two"""

        async def go():
            transport = StreamableHttpTransport(TARGET["mcp"]["url"], auth=TARGET["mcp"]["token"])
            async with fastmcp.Client(transport) as client:
                self.expect_all_servers(await client.list_tools())
                result = await client.call_tool("everything__echo", {"message": "hello"})
                self.assertIn("hello", result.content[0].text)
                await client.call_tool("sqlite__list_tables", {})

        asyncio.run(go())
