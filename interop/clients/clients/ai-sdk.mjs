import { createMCPClient } from "@ai-sdk/mcp";
import { calls, configured, report, textOf, url } from "./report.mjs";

const config = await configured({ transport: { type: "http", url } }, (hub, selection) =>
  hub.toAiSdk(selection),
);
const client = await createMCPClient(config);
const tools = await client.tools();
const results = [];
for (const [index, call] of calls.entries()) {
  const options = { toolCallId: `call-${index}`, messages: [] };
  results.push(textOf(await tools[call.name].execute(call.arguments, options)));
}
report({ tools: Object.keys(tools), results });
await client.close();
