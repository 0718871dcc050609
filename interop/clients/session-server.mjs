// A server as most are: version 1 of the SDK, sessions, and no helper of ours. It registers with a form.
import { randomUUID } from "node:crypto";
import { createServer } from "node:http";
import { McpServer } from "@modelcontextprotocol/sdk/server/mcp.js";
import { StreamableHTTPServerTransport } from "@modelcontextprotocol/sdk/server/streamableHttp.js";

const name = "Session Server";
const transports = new Map();

async function openSession() {
  const server = new McpServer({ name, version: "1.0.0" });
  // The name that MCP Server 1 uses too: only the prefix tells them apart.
  server.registerTool("greet1", { description: "Says hello." }, async () => ({
    content: [{ type: "text", text: `Hello from ${name} !` }],
  }));
  const transport = new StreamableHTTPServerTransport({
    sessionIdGenerator: randomUUID,
    onsessioninitialized: (id) => void transports.set(id, transport),
  });
  transport.onclose = () => transports.delete(transport.sessionId);
  await server.connect(transport);
  return transport;
}

const http = createServer(async (request, response) => {
  const id = request.headers["mcp-session-id"];
  const transport = id === undefined ? await openSession() : transports.get(id);
  if (transport === undefined) return void response.writeHead(404).end();
  await transport.handleRequest(request, response);
});

http.listen(0, "127.0.0.1", async () => {
  const endpoint = `http://127.0.0.1:${http.address().port}/mcp`;
  await fetch(`${process.env.MCP_HUB_URL}/register`, {
    method: "POST",
    body: new URLSearchParams({ name, transport: "streamable-http", endpoint }),
  });
});
