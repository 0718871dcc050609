import { MCPServerStreamableHttp } from "@openai/agents";
import { calls, report, textOf, url } from "./report.mjs";

const server = new MCPServerStreamableHttp({ url, name: "hub" });
await server.connect();
const tools = await server.listTools();
const results = [];
for (const call of calls) results.push(textOf(await server.callTool(call.tool, call.arguments)));
report({ tools: tools.map(({ name }) => name), results });
await server.close();
