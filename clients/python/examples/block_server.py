"""Registers for the time of a block. It needs mcp_hub.py beside it."""

import sys

from mcp_hub import register

with register("MCP Server 1", "http://localhost:8002/mcp") as registration:
    print(registration.wait(10), registration.status, flush=True)
    sys.stdin.readline()

print(registration.status, flush=True)
