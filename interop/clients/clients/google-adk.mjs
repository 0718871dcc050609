import { MCPToolset } from "@google/adk";
import { calls, configured, nameOf, report, textOf, url } from "./report.mjs";

const all = await configured(
  [[{ type: "StreamableHTTPConnectionParams", url }]],
  (hub, selection) => hub.toAdk(selection),
);
const toolsets = all.map((one) => new MCPToolset(...one));
const tools = (await Promise.all(toolsets.map((toolset) => toolset.getTools()))).flat();
const results = [];
for (const call of calls) {
  const wanted = nameOf(call, (server, tool) => `${server}_${tool}`);
  const tool = tools.find(({ name }) => name === wanted);
  results.push(textOf(await tool.runAsync({ args: call.arguments, toolContext: {} })));
}
report({ tools: tools.map(({ name }) => name), results });
for (const toolset of toolsets) await toolset.close();
