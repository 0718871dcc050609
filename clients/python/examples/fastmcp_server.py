"""A FastMCP server that is registered while it runs. It needs `pip install fastmcp`, and mcp_hub.py beside it."""

from fastmcp import FastMCP

from mcp_hub import register

mcp = FastMCP("Weather", lifespan=register("Weather", "http://localhost:8003/mcp", tags=["geo"]))


@mcp.tool
def forecast(city: str) -> str:
    """Says what the weather will be in a city."""
    return f"Sunny in {city}"


if __name__ == "__main__":
    mcp.run(transport="http", port=8003)
