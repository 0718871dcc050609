import { MCPClient } from "@mastra/mcp";
import { calls, configured, nameOf, report, textOf, url } from "./report.mjs";

const config = await configured({ servers: { hub: { url: new URL(url) } } }, (hub, selection) =>
  hub.toMastra(selection),
);
const client = new MCPClient(config);
const tools = await client.listTools();
const results = [];
for (const call of calls) {
  // It puts the key of the server before every name, also before that of the hub's.
  const wanted = nameOf(
    { ...call, name: `hub_${call.name}` },
    (server, tool) => `${server}_${tool}`,
  );
  results.push(textOf(await tools[wanted].execute(call.arguments, {})));
}
report({ tools: Object.keys(tools).map((name) => name.replace(/^hub_/, "")), results });
await client.disconnect();
