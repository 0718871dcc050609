"""Registers what another part of the program serves. It needs mcp_hub.py beside it."""

import sys

from mcp_hub import register

registration = register("MCP Server 1", "http://localhost:8002/mcp", description="It greets.", tags=["demo"])

print(registration.wait(10), registration.status, flush=True)
sys.stdin.readline()
