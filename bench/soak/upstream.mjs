// Servers of the soak: `node upstream.mjs v1|v2 NAME...`. They register themselves and can be killed at any time.
import { register } from "@hub/register";
import { McpServer as ServerV1 } from "@modelcontextprotocol/sdk/server/mcp.js";
import { inputRequired, McpServer as ServerV2 } from "@modelcontextprotocol/server";
import { z } from "zod";

const [kind, ...names] = process.argv.slice(2);
const text = (value) => ({ content: [{ type: "text", text: value }] });
const wanted = {
  message: "Which word?",
  requestedSchema: { type: "object", properties: { word: { type: "string" } }, required: ["word"] },
};

function createV1(name) {
  const server = new ServerV1({ name, version: "1.0.0" });
  server.registerTool("echo", { inputSchema: { text: z.string() } }, (given) => text(given.text));
  server.registerTool("count", { inputSchema: { to: z.number() } }, async ({ to }, extra) => {
    const progressToken = extra._meta?.progressToken;
    for (let progress = 1; progress <= to; progress += 1) {
      if (progressToken !== undefined)
        await extra.sendNotification({
          method: "notifications/progress",
          params: { progressToken, progress, total: to },
        });
    }
    return text(`counted to ${to}`);
  });
  server.registerTool("ask", { inputSchema: {} }, async () => {
    const answer = await server.server.elicitInput(wanted);
    return text(`heard ${answer.content?.word}`);
  });
  return server;
}

function createV2(name) {
  const server = new ServerV2({ name, version: "1.0.0" });
  server.registerTool("echo", { inputSchema: z.object({ text: z.string() }) }, (given) =>
    text(given.text),
  );
  server.registerTool(
    "count",
    { inputSchema: z.object({ to: z.number() }) },
    async ({ to }, ctx) => {
      const progressToken = ctx.mcpReq._meta?.progressToken;
      for (let progress = 1; progress <= to; progress += 1) {
        if (progressToken !== undefined)
          await ctx.mcpReq.notify({
            method: "notifications/progress",
            params: { progressToken, progress, total: to },
          });
      }
      return text(`counted to ${to}`);
    },
  );
  server.registerTool("ask", { inputSchema: z.object({}) }, (_, ctx) => {
    const answer = ctx.mcpReq.inputResponses?.word;
    if (answer === undefined)
      return inputRequired({ inputRequests: { word: inputRequired.elicit(wanted) } });
    return text(`heard ${answer.content?.word}`);
  });
  return server;
}

const create = kind === "v1" ? createV1 : createV2;
for (const name of names) register(() => create(name), { name });
