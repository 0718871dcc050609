import { getRequestListener } from "@hono/node-server";
import { serve, type TestServer } from "@hub/testing";
import { createMcpHandler, McpServer } from "@modelcontextprotocol/server";
import { Hono } from "hono";
import { z } from "zod";

/** A text that a terminal would obey. */
export const orders = "\u001b]0;pwned\u0007\u001b[2J\u202e";

const text = (said: string) => ({ content: [{ type: "text" as const, text: said }] });

function talkative(): McpServer {
  const server = new McpServer({ name: "talkative", version: "1.0.0" });
  server.registerTool(
    "add",
    {
      description: "Adds two numbers. Nothing else.",
      inputSchema: z.object({ a: z.number(), b: z.number().optional() }),
    },
    ({ a, b = 0 }) => text(String(a + b)),
  );
  server.registerTool("fail", { description: "Fails", inputSchema: z.object({}) }, () => ({
    ...text("it is broken"),
    isError: true,
  }));
  server.registerTool("shout", { description: `Shouts ${orders}`, inputSchema: z.object({}) }, () =>
    text(orders),
  );
  server.registerTool(
    "count",
    { description: "Counts to three, aloud", inputSchema: z.object({}) },
    async (_, { mcpReq }) => {
      const progressToken = mcpReq._meta?.progressToken;
      for (const progress of [1, 2, 3])
        if (progressToken !== undefined)
          await mcpReq.notify({
            method: "notifications/progress",
            params: { progressToken, progress, total: 3, message: `counting ${orders}` },
          });
      return text("three");
    },
  );
  // It ends when its client gives up.
  server.registerTool(
    "wait",
    { description: "Waits", inputSchema: z.object({}) },
    (_, { mcpReq }) =>
      new Promise((_resolve, reject) => {
        mcpReq.signal.addEventListener("abort", () => reject(new Error("cancelled")));
      }),
  );
  server.registerResource("readme", "docs://readme", { mimeType: "text/plain" }, ({ href }) => ({
    contents: [{ uri: href, text: "line\r\nline\n" }],
  }));
  server.registerResource("logo", "docs://logo", { mimeType: "image/png" }, ({ href }) => ({
    contents: [{ uri: href, blob: Buffer.from([0, 159, 146, 150]).toString("base64") }],
  }));
  server.registerPrompt(
    "summarize",
    { description: "Asks for a summary", argsSchema: z.object({ length: z.string() }) },
    ({ length }) => ({
      messages: [{ role: "user", content: { type: "text", text: `Make it ${length}.` } }],
    }),
  );
  return server;
}

/** A server with a tool, a resource and a prompt of each kind that a command treats in its own way. */
export function serveTalkative(): Promise<TestServer> {
  const handler = createMcpHandler(talkative);
  const app = new Hono();
  app.all("/mcp", (context) => handler.fetch(context.req.raw));
  return serve(getRequestListener(app.fetch));
}
