import { MCPToolset } from "@google/adk";
import { calls, report, textOf, url } from "./report.mjs";

const toolset = new MCPToolset({ type: "StreamableHTTPConnectionParams", url });
const tools = await toolset.getTools();
const results = [];
for (const call of calls) {
  const tool = tools.find(({ name }) => name === call.tool);
  results.push(textOf(await tool.runAsync({ args: call.arguments, toolContext: {} })));
}
report({ tools: tools.map(({ name }) => name), results });
await toolset.close();
