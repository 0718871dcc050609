// MCP Server 1: version 1 of the official SDK, one instance for all clients.
import { register } from "@hub/register";
import { McpServer } from "@modelcontextprotocol/sdk/server/mcp.js";
import { z } from "zod";

const server = new McpServer({ name: "MCP Server 1", version: "1.0.0" });

server.registerTool("greet1", { description: "Says hello." }, async () => ({
  content: [{ type: "text", text: "Hello from MCP Server 1 !" }],
}));

server.registerTool(
  "convert_temperature",
  {
    description: "Converts a temperature between Celsius and Fahrenheit.",
    inputSchema: { value: z.number(), to: z.enum(["celsius", "fahrenheit"]) },
  },
  async ({ value, to }) => {
    const converted = to === "celsius" ? ((value - 32) * 5) / 9 : (value * 9) / 5 + 32;
    return { content: [{ type: "text", text: `${converted.toFixed(1)} degrees ${to}` }] };
  },
);

server.registerResource(
  "scales",
  "help://temperature-scales",
  { description: "Where the scales begin.", mimeType: "text/plain" },
  async ({ href }) => ({
    contents: [{ uri: href, text: "Water freezes at 0 degrees Celsius, 32 degrees Fahrenheit." }],
  }),
);

register(server, { description: "Temperatures, with SDK v1", tags: ["demo", "sdk-v1"] });
