import { McpClient } from "@strands-agents/sdk";
import { calls, configured, nameOf, report, textOf, url } from "./report.mjs";

const config = await configured({ hub: { url } }, (hub, selection) => hub.toStrands(selection));
const clients = await McpClient.loadServers(config);
const tools = [];
for (const client of clients)
  for (const tool of await client.listTools()) tools.push({ client, tool, name: tool.name });
const results = [];
for (const call of calls) {
  const wanted = nameOf(call, (server, tool) => `${server}_${tool}`);
  const { client, tool } = tools.find(({ name }) => name === wanted);
  results.push(textOf(await client.callTool(tool, call.arguments)));
}
report({ tools: tools.map(({ name }) => name), results });
for (const client of clients) await client.disconnect();
