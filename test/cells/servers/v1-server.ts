import { completable } from "@modelcontextprotocol/sdk/server/completable.js";
import { McpServer, ResourceTemplate } from "@modelcontextprotocol/sdk/server/mcp.js";
import type { RequestHandlerExtra } from "@modelcontextprotocol/sdk/shared/protocol.js";
import {
  CreateMessageResultSchema,
  ElicitResultSchema,
  ListRootsResultSchema,
  type ServerNotification,
  type ServerRequest,
  SetLevelRequestSchema,
  SubscribeRequestSchema,
  UnsubscribeRequestSchema,
} from "@modelcontextprotocol/sdk/types.js";
import { z } from "zod";
import {
  formQuestion,
  type LogLevel,
  logLevels,
  samplingQuestion,
  urlQuestion,
} from "../questions.js";
import { type Call, keysFrom, memory, type Offer, toolInput } from "./offer.js";

type Session = Pick<Call, "remember"> & { level: LogLevel };
type Extra = RequestHandlerExtra<ServerRequest, ServerNotification>;

/** A server of SDK v1 for one session. Asks and tells in the stream of the call. */
export function createV1Server(offer: Offer): McpServer {
  const server = new McpServer(
    { name: offer.id, version: "1" },
    { capabilities: { logging: {}, resources: { subscribe: true, listChanged: true } } },
  );
  const session: Session = { level: "debug", ...memory() };
  const subscribed = new Set<string>();

  const addTool = (name: string) =>
    server.registerTool(name, { inputSchema: toolInput }, async ({ text }, extra) => {
      const said = await offer.run(name, text, callOf(extra, session));
      return { content: [{ type: "text", text: said }] };
    });
  for (const name of offer.tools) addTool(name);

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
  server.registerPrompt(
    "greet",
    { argsSchema: { name: completable(z.string(), keysFrom) } },
    async ({ name }) => ({
      messages: [{ role: "user", content: { type: "text", text: offer.greet(name) } }],
    }),
  );

  server.server.setRequestHandler(SetLevelRequestSchema, async ({ params }) => {
    session.level = logLevels.find((level) => level === params.level) ?? "debug";
    return {};
  });
  server.server.setRequestHandler(SubscribeRequestSchema, async ({ params }) => {
    subscribed.add(params.uri);
    return {};
  });
  server.server.setRequestHandler(UnsubscribeRequestSchema, async ({ params }) => {
    subscribed.delete(params.uri);
    return {};
  });

  const stop = offer.onChange((change) => {
    if (change.kind === "tools") for (const name of offer.tools.slice(-1)) addTool(name);
    else if (subscribed.has(change.uri))
      void server.server.sendResourceUpdated({ uri: change.uri });
  });
  server.server.onclose = stop;
  return server;
}

function callOf(extra: Extra, session: Readonly<Session>): Call {
  const { progressToken } = extra._meta ?? {};
  return {
    signal: extra.signal,
    remember: session.remember,
    progress: async (progress, total, message) => {
      if (progressToken === undefined) return;
      const params = { progressToken, progress, total, message };
      await extra.sendNotification({ method: "notifications/progress", params });
    },
    log: async (level, data) => {
      if (logLevels.indexOf(level) < logLevels.indexOf(session.level)) return;
      await extra.sendNotification({ method: "notifications/message", params: { level, data } });
    },
    askForm: async () => {
      const params = {
        mode: "form" as const,
        message: formQuestion.message,
        requestedSchema: { ...formQuestion.requestedSchema, required: ["word"] },
      };
      const asked = { method: "elicitation/create" as const, params };
      const { action, content } = await extra.sendRequest(asked, ElicitResultSchema);
      return String(content?.word ?? action);
    },
    askUrl: async () => {
      const params = { mode: "url" as const, elicitationId: "cells", ...urlQuestion };
      const asked = { method: "elicitation/create" as const, params };
      return (await extra.sendRequest(asked, ElicitResultSchema)).action;
    },
    sample: async () => {
      const { text, maxTokens } = samplingQuestion;
      const messages = [{ role: "user" as const, content: { type: "text" as const, text } }];
      const asked = {
        method: "sampling/createMessage" as const,
        params: { messages, maxTokens },
      };
      const { content } = await extra.sendRequest(asked, CreateMessageResultSchema);
      return content.type === "text" ? content.text : content.type;
    },
    roots: async () => {
      const { roots } = await extra.sendRequest({ method: "roots/list" }, ListRootsResultSchema);
      return roots.map(({ uri }) => uri).join(" ");
    },
  };
}
