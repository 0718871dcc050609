import { Client, StreamableHTTPClientTransport } from "@modelcontextprotocol/client";

const hubUrl = process.env.MCP_HUB_URL ?? "http://127.0.0.1:8001";
const agent = new Client(
  { name: "my agent", version: "1.0.0" },
  { versionNegotiation: { mode: "auto" } },
);
const token = process.env.MCP_HUB_TOKEN;
const headers = new Headers(token === undefined ? {} : { authorization: `Bearer ${token}` });
await agent.connect(
  new StreamableHTTPClientTransport(new URL(`${hubUrl}/mcp`), { requestInit: { headers } }),
);
const { tools } = await agent.listTools();
const answer = await agent.callTool({ name: "weather__forecast", arguments: { city: "Bergen" } });
console.log(tools.length, "tools, one of them says", JSON.stringify(answer.content));
await agent.close();
