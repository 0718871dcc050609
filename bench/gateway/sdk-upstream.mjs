// A server as people write them: the SDK's McpServer behind createMcpHandler, on Node.
import { serve } from "@hono/node-server";
import { createMcpHandler, McpServer } from "@modelcontextprotocol/server";
import { z } from "zod";

const handler = createMcpHandler(() => {
  const server = new McpServer({ name: "bench-sdk", version: "1.0.0" });
  server.registerTool(
    "echo",
    { description: "For the benchmark", inputSchema: z.object({ text: z.string() }) },
    ({ text }) => ({ content: [{ type: "text", text }] }),
  );
  return server;
});

serve(
  {
    fetch: (request) => handler.fetch(request),
    port: Number(process.argv[2]),
    hostname: "127.0.0.1",
  },
  () => process.send("listening"),
);
process.once("disconnect", () => process.exit());
