import { McpServer } from "@modelcontextprotocol/server";
import { z } from "zod";

/** Makes the server. Each client gets one of its own, so what is kept in here is one client's. */
export function createServer(): McpServer {
  const server = new McpServer({ name: "Template server", version: "0.1.0" });

  server.registerTool(
    "greet",
    {
      description: "Greets somebody by name.",
      inputSchema: z.object({ name: z.string().describe("Who is greeted.") }),
    },
    async ({ name }) => ({ content: [{ type: "text", text: `Hello ${name}!` }] }),
  );

  return server;
}
