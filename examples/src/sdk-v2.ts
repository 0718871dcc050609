import { register } from "@hub/register";
import { McpServer } from "@modelcontextprotocol/server";
import { z } from "zod";

function createServer() {
  const server = new McpServer({ name: "Tides", version: "1.0.0" });
  server.registerTool("next_tide", { inputSchema: z.object({ port: z.string() }) }, ({ port }) => ({
    content: [{ type: "text", text: `High water in ${port} at noon` }],
  }));
  return server;
}

register(createServer, { tags: ["sea"], owner: "harbour team" });
