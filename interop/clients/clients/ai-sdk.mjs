import { createMCPClient } from "@ai-sdk/mcp";
import { calls, report, textOf, url } from "./report.mjs";

const client = await createMCPClient({ transport: { type: "http", url } });
const tools = await client.tools();
const results = [];
for (const [index, call] of calls.entries()) {
  const options = { toolCallId: `call-${index}`, messages: [] };
  results.push(textOf(await tools[call.tool].execute(call.arguments, options)));
}
report({ tools: Object.keys(tools), results });
await client.close();
