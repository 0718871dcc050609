"""Asks the hub which servers there are, and chooses one. It needs mcp_hub.py beside it."""

from mcp_hub import Hub, HubError

hub = Hub()
for server in hub.servers(status="up"):
    print(server["name"], server["endpoint"])

try:
    choice = hub.choose(need="say hello")
    print(choice.reason, choice.url, choice.tool)
    hub.choose(name="nobody")
except HubError as error:
    print(error.code, error)
