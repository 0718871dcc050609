// Upstreams for the benchmark, all on one port: `/good/N/mcp` answers as an MCP server with ten tools,
// `/silent/N/mcp` accepts and never answers, so that its probes cost the hub nothing but a socket.
import { createServer } from "node:http";

const tools = Array.from({ length: 10 }, (_, index) => ({
  name: `tool_${index}`,
  description: `Does the useful thing number ${index}, with care and in good time.`,
  inputSchema: {
    type: "object",
    properties: {
      city: { type: "string", description: "A city" },
      days: { type: "integer", minimum: 1, maximum: 10 },
    },
    required: ["city"],
  },
}));

function resultOf(method) {
  if (method === "server/discover") {
    return {
      supportedVersions: ["2026-07-28"],
      capabilities: { tools: {} },
      serverInfo: { name: "bench", version: "1.0.0" },
      ttlMs: 60_000,
      cacheScope: "public",
      resultType: "complete",
    };
  }
  return { tools, ttlMs: 60_000, cacheScope: "public", resultType: "complete" };
}

const server = createServer((request, response) => {
  if (request.url.startsWith("/silent/")) return;
  let body = "";
  request.setEncoding("utf8");
  request.on("data", (chunk) => {
    body += chunk;
  });
  request.on("end", () => {
    const message = JSON.parse(body);
    const answer = { jsonrpc: "2.0", id: message.id, result: resultOf(message.method) };
    response.writeHead(200, { "content-type": "application/json" });
    response.end(JSON.stringify(answer));
  });
});
server.listen(0, "127.0.0.1", () => process.send?.({ port: server.address().port }));
