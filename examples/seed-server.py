import asyncio

import httpx


async def register_at_hub():
    async with httpx.AsyncClient() as client:
        response = await client.post("http://localhost:8001/register", data={
            "name": "MCP Server 1",
            "transport": "streamable-http",
            "endpoint": "http://localhost:8002/mcp",
        })
        response.raise_for_status()


asyncio.run(register_at_hub())
