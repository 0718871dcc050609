import { MultiServerMCPClient } from "@langchain/mcp-adapters";
import { calls, report, textOf, url } from "./report.mjs";

const client = new MultiServerMCPClient({
  // Without this, a failure is reported as that of a second attempt, over the old SSE transport.
  mcpServers: { hub: { transport: "http", url, automaticSSEFallback: false } },
});
const tools = await client.getTools();
const results = [];
for (const call of calls) {
  const tool = tools.find(({ name }) => name === call.tool);
  results.push(textOf(await tool.invoke(call.arguments)));
}
report({ tools: tools.map(({ name }) => name), results });
await client.close();
