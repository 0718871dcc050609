import { MCPClient } from "mcp-use";
import { calls, configured, isDirect, report, textOf, url } from "./report.mjs";

const config = await configured({ mcpServers: { hub: { url } } }, (hub, selection) =>
  hub.toMcpUse(selection),
);
const client = MCPClient.fromDict(config);
const sessions = await client.createAllSessions();
const tools = [];
// Each server has a session of its own, which keeps equal names apart.
for (const [server, session] of Object.entries(sessions))
  for (const { name } of await session.listTools())
    tools.push(isDirect ? `${server} ${name}` : name);
const results = [];
for (const { server, tool, name, ...call } of calls) {
  const session = isDirect ? sessions[server] : sessions.hub;
  results.push(textOf(await session.callTool(isDirect ? tool : name, call.arguments)));
}
report({ tools, results });
await client.closeAllSessions();
