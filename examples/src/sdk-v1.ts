import { register } from "@hub/register";
import { McpServer } from "@modelcontextprotocol/sdk/server/mcp.js";
import { z } from "zod";

const server = new McpServer({ name: "Weather", version: "1.0.0" });
server.registerTool("forecast", { inputSchema: { city: z.string() } }, ({ city }) => ({
  content: [{ type: "text", text: `Sunny in ${city}` }],
}));

register(server);
