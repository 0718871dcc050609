"""What each framework is given. It needs mcp_hub.py beside it."""

from mcp_hub import Hub

hub = Hub()
choice = hub.choose(need="say hello")

fastmcp = hub.fastmcp(servers=choice.id)  # Client(fastmcp)
langchain = hub.langchain(servers=choice.id)  # MultiServerMCPClient(langchain)
adk = hub.adk(servers=choice.id)  # McpToolset(connection_params=StreamableHTTPConnectionParams(**adk))
openai_agents = hub.openai_agents(servers=choice.id)  # MCPServerStreamableHttp(**openai_agents)

print(fastmcp, langchain, adk, openai_agents, sep="\n")
