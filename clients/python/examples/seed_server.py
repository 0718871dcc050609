"""The server of the first sketch of MCP Hub, with one line in the place of its eight.

It needs `pip install fastmcp fastapi uvicorn`, and mcp_hub.py beside it.
"""

from contextlib import asynccontextmanager

import uvicorn
from fastapi import FastAPI
from fastmcp import FastMCP

from mcp_hub import register

PORT = 8002
mcp_server = FastMCP("MCP Server 1")


@mcp_server.tool()
async def greet1():
    return "Hello from MCP Server 1 !"


mcp_http_app = mcp_server.http_app("/mcp", transport="streamable-http")


@asynccontextmanager
async def lifespan(app: FastAPI):
    async with mcp_http_app.lifespan(app):
        app.mount("/", mcp_http_app)
        async with register("MCP Server 1", f"http://localhost:{PORT}/mcp"):
            yield


app = FastAPI(lifespan=lifespan)

if __name__ == "__main__":
    uvicorn.run(app, port=PORT)
