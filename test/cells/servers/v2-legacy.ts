import {
  type McpServer,
  type ServerContext,
  WebStandardStreamableHTTPServerTransport,
} from "@modelcontextprotocol/server";
import { formQuestion, samplingQuestion, urlQuestion } from "../questions.js";
import { type Call, memory, type Offer } from "./offer.js";
import type { OpenSession } from "./sessions.js";
import { addV2Tool, createV2Server, type Serve, tellingOf } from "./v2-server.js";

/** Asks by requests of its own in the middle of the call. */
function sessionServe(): Serve {
  const remembering = memory();
  return (context, run) => run({ ...callOf(context), ...remembering });
}

/** A server of SDK v2 as it is for 2025 clients: one for each session. */
export const openV2Legacy =
  (offer: Offer): OpenSession =>
  async (options) => {
    const serve = sessionServe();
    const server = createV2Server(offer, serve);
    keepChanged(server, offer, serve);
    const transport = new WebStandardStreamableHTTPServerTransport(options);
    await server.connect(transport);
    return { transport, close: () => server.close() };
  };

function keepChanged(server: McpServer, offer: Offer, serve: Serve): void {
  const subscribed = new Set<string>();
  server.server.setRequestHandler("resources/subscribe", async ({ params }) => {
    subscribed.add(params.uri);
    return {};
  });
  server.server.setRequestHandler("resources/unsubscribe", async ({ params }) => {
    subscribed.delete(params.uri);
    return {};
  });
  server.server.onclose = offer.onChange((change) => {
    if (change.kind === "tools")
      for (const name of offer.tools.slice(-1)) addV2Tool(server, offer, serve, name);
    else if (subscribed.has(change.uri))
      void server.server.sendResourceUpdated({ uri: change.uri });
  });
}

function callOf(context: ServerContext): Omit<Call, "remember"> {
  const { mcpReq } = context;
  return {
    ...tellingOf(context),
    askForm: async () => {
      const { message, requestedSchema } = formQuestion;
      const schema = { ...requestedSchema, required: ["word"] };
      const { action, content } = await mcpReq.elicitInput({ message, requestedSchema: schema });
      return String(content?.word ?? action);
    },
    askUrl: async () => {
      const asked = { mode: "url" as const, elicitationId: "cells", ...urlQuestion };
      return (await mcpReq.elicitInput(asked)).action;
    },
    sample: async () => {
      const { text, maxTokens } = samplingQuestion;
      const { content } = await mcpReq.requestSampling({
        messages: [{ role: "user", content: { type: "text", text } }],
        maxTokens,
      });
      return "text" in content ? content.text : "no text";
    },
    roots: async () => {
      const { roots } = await mcpReq.send({ method: "roots/list" });
      return roots.map(({ uri }) => uri).join(" ");
    },
  };
}
