import { McpServer as ServerV1 } from "@modelcontextprotocol/sdk/server/mcp.js";
import { McpServer as ServerV2 } from "@modelcontextprotocol/server";
import { FastMCP } from "fastmcp";
import { z } from "zod";

/** What holds a `slow` call until the test lets it go. */
export class Gate {
  readonly #waiting = new Map<string, () => void>();
  wait(name: string): Promise<void> {
    return new Promise((resolve) => this.#waiting.set(name, resolve));
  }
  isWaiting(name: string): boolean {
    return this.#waiting.has(name);
  }
  open(name: string): void {
    this.#waiting.get(name)?.();
    this.#waiting.delete(name);
  }
}

const text = (value: string) => ({ content: [{ type: "text" as const, text: value }] });

export function createV1(gate = new Gate()): ServerV1 {
  const server = new ServerV1(
    { name: "Greeter One", version: "1.2.3" },
    { capabilities: { logging: {}, resources: { subscribe: true } }, instructions: "Be kind" },
  );
  server.registerTool("greet", { inputSchema: { name: z.string() } }, async ({ name }) =>
    text(`Hello ${name}`),
  );
  server.registerTool("count", { inputSchema: { name: z.string() } }, async ({ name }, extra) => {
    const progressToken = extra._meta?.progressToken;
    for (const progress of [1, 2, 3]) {
      if (progressToken !== undefined) {
        await extra.sendNotification({
          method: "notifications/progress",
          params: { progressToken, progress, total: 3, message: name },
        });
      }
    }
    await server.server.sendLoggingMessage({ level: "info", data: `counted for ${name}` });
    await gate.wait(name);
    return text(`counted ${name}`);
  });
  server.registerTool("ask", { inputSchema: { question: z.string() } }, async ({ question }) => {
    await gate.wait(question);
    const answer = await server.server.elicitInput({
      message: question,
      requestedSchema: { type: "object", properties: { word: { type: "string" } } },
    });
    return text(`${answer.action}: ${answer.content?.word}`);
  });
  server.registerTool("sample", {}, async () => {
    const answer = await server.server.createMessage({
      messages: [{ role: "user", content: { type: "text", text: "say hi" } }],
      maxTokens: 10,
    });
    return text(`sampled ${answer.content.type === "text" ? answer.content.text : "?"}`);
  });
  server.registerTool("grow", {}, async () => {
    server.registerTool(`grown-${Math.random()}`, {}, async () => text("new"));
    return text("grown");
  });
  server.registerResource("note", "test://note", {}, async (uri) => ({
    contents: [{ uri: uri.href, text: "a note" }],
  }));
  server.registerPrompt("hi", {}, async () => ({
    messages: [{ role: "user", content: { type: "text", text: "hi" } }],
  }));
  return server;
}

export function createV2(gate = new Gate()): ServerV2 {
  const server = new ServerV2(
    { name: "Greeter Two", version: "2.0.0" },
    { capabilities: { logging: {} } },
  );
  server.registerTool("greet", { inputSchema: z.object({ name: z.string() }) }, async ({ name }) =>
    text(`Hello ${name}`),
  );
  server.registerTool(
    "count",
    { inputSchema: z.object({ name: z.string() }) },
    async ({ name }, context) => {
      const progressToken = context.mcpReq._meta?.progressToken;
      for (const progress of [1, 2, 3]) {
        if (progressToken !== undefined) {
          await context.mcpReq.notify({
            method: "notifications/progress",
            params: { progressToken, progress, total: 3, message: name },
          });
        }
      }
      await context.mcpReq.log("info", `counted for ${name}`);
      await gate.wait(name);
      return text(`counted ${name}`);
    },
  );
  server.registerTool(
    "ask",
    { inputSchema: z.object({ question: z.string() }) },
    async ({ question }, context) => {
      await gate.wait(question);
      const answer = await context.mcpReq.elicitInput({
        message: question,
        requestedSchema: { type: "object", properties: { word: { type: "string" } } },
      });
      return text(`${answer.action}: ${answer.content?.word}`);
    },
  );
  server.registerTool("sample", {}, async (context) => {
    const answer = await context.mcpReq.requestSampling({
      messages: [{ role: "user", content: { type: "text", text: "say hi" } }],
      maxTokens: 10,
    });
    const [content] = [answer.content].flat();
    return text(`sampled ${content?.type === "text" ? content.text : "?"}`);
  });
  server.registerTool("grow", {}, async () => {
    server.registerTool(`grown-${Math.random()}`, {}, async () => text("new"));
    return text("grown");
  });
  return server;
}

export function createFastMcp(): FastMCP {
  const server = new FastMCP({ name: "Greeter Fast", version: "3.0.0" });
  server.addTool({
    name: "greet",
    parameters: z.object({ name: z.string() }),
    execute: async ({ name }) => `Hello ${name}`,
  });
  return server;
}
