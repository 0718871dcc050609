import { MultiServerMCPClient } from "@langchain/mcp-adapters";
import { calls, configured, nameOf, report, textOf, url } from "./report.mjs";

const config = await configured(
  // Without this, a failure is reported as that of a second attempt, over the old SSE transport.
  { mcpServers: { hub: { transport: "http", url, automaticSSEFallback: false } } },
  (hub, selection) => hub.toLangChain(selection),
);
const client = new MultiServerMCPClient(config);
const tools = await client.getTools();
const results = [];
for (const call of calls) {
  const wanted = nameOf(call, (server, tool) => `${server}__${tool}`);
  const tool = tools.find(({ name }) => name === wanted);
  results.push(textOf(await tool.invoke(call.arguments)));
}
report({ tools: tools.map(({ name }) => name), results });
await client.close();
