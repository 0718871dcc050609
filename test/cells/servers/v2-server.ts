import {
  completable,
  type InputRequiredResult,
  McpServer,
  ResourceTemplate,
  type ServerContext,
} from "@modelcontextprotocol/server";
import { z } from "zod";
import { type Call, keysFrom, type Offer, toolInput } from "./offer.js";

/** How a tool of a server of one era reaches its client. `run` may end in a question instead of a text. */
export type Serve = (
  context: ServerContext,
  run: (call: Call) => Promise<string>,
) => Promise<string | InputRequiredResult>;

/** A server of SDK v2: for one session, or for one request of the modern revision. */
export function createV2Server(offer: Offer, serve: Serve): McpServer {
  const server = new McpServer(
    { name: offer.id, version: "1" },
    {
      capabilities: {
        logging: {},
        tools: { listChanged: true },
        resources: { subscribe: true, listChanged: true },
      },
    },
  );
  for (const name of offer.tools) addV2Tool(server, offer, serve, name);
  server.registerResource("value", offer.valueUri, {}, async ({ href }) => ({
    contents: [{ uri: href, text: offer.readValue() }],
  }));
  const template = new ResourceTemplate(offer.shelfTemplate, {
    list: undefined,
    complete: { key: keysFrom },
  });
  server.registerResource("shelf", template, {}, async ({ href }, { key }) => ({
    contents: [{ uri: href, text: offer.readShelf(String(key)) }],
  }));
  const argsSchema = z.object({ name: completable(z.string(), keysFrom) });
  server.registerPrompt("greet", { argsSchema }, async ({ name }) => ({
    messages: [{ role: "user", content: { type: "text", text: offer.greet(name) } }],
  }));
  return server;
}

export function addV2Tool(server: McpServer, offer: Offer, serve: Serve, name: string): void {
  server.registerTool(name, { inputSchema: toolInput }, async ({ text }, context) => {
    const said = await serve(context, (call) => offer.run(name, text, call));
    return typeof said === "string" ? { content: [{ type: "text", text: said }] } : said;
  });
}

/** What is the same in both eras. */
export function tellingOf({ mcpReq }: ServerContext): Pick<Call, "signal" | "progress" | "log"> {
  const progressToken = mcpReq._meta?.progressToken;
  return {
    signal: mcpReq.signal,
    progress: async (progress, total, message) => {
      if (progressToken === undefined) return;
      const params = { progressToken, progress, total, message };
      await mcpReq.notify({ method: "notifications/progress", params });
    },
    log: (level, text) => mcpReq.log(level, text),
  };
}
