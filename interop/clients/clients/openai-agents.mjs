import { getAllMcpTools, MCPServerStreamableHttp, RunContext } from "@openai/agents";
import { calls, configured, isDirect, report, textOf, url } from "./report.mjs";

const all = await configured([{ url, name: "hub" }], (hub, selection) =>
  hub.toOpenAIAgents(selection),
);
const mcpServers = all.map((one) => new MCPServerStreamableHttp(one));
for (const server of mcpServers) await server.connect();

/** As an agent is given them: in names that its model takes, which say their server where there are several. */
async function throughAgent() {
  const tools = await getAllMcpTools({ mcpServers, includeServerInToolNames: true });
  const results = [];
  for (const { server, tool, ...call } of calls) {
    const wanted = `mcp_${server}__${tool}`.replaceAll("-", "_");
    const found = tools.find(({ name }) => name === wanted);
    results.push(textOf(await found.invoke(new RunContext(), JSON.stringify(call.arguments))));
  }
  return { tools: tools.map(({ name }) => name), results };
}

async function throughServer([server]) {
  const tools = (await server.listTools()).map(({ name }) => name);
  const results = [];
  for (const call of calls) results.push(textOf(await server.callTool(call.name, call.arguments)));
  return { tools, results };
}

report(isDirect ? await throughAgent() : await throughServer(mcpServers));
for (const server of mcpServers) await server.close();
