import { type Context, FastMCP, type FastMCPSessionAuth } from "fastmcp";
import { formQuestion, samplingQuestion, urlQuestion } from "../questions.js";
import { type Call, keysFrom, memory, type Offer, toolInput } from "./offer.js";

const silent = { debug() {}, error() {}, info() {}, log() {}, warn() {} };

/** A server of the npm package fastmcp; it asks on the stream of the session, not of the call. */
export function createFastMcp(offer: Offer): FastMCP {
  const memories = new Map<string | undefined, ReturnType<typeof memory>>();
  const memoryOf = (sessionId: string | undefined) => {
    const known = memories.get(sessionId) ?? memory();
    memories.set(sessionId, known);
    return known;
  };
  const server = new FastMCP({ name: offer.id, version: "1.0.0", logger: silent });
  const addTool = (name: string) =>
    server.addTool({
      name,
      parameters: toolInput,
      execute: ({ text }, context) =>
        offer.run(name, text, { ...callOf(server, context), ...memoryOf(context.sessionId) }),
    });
  for (const name of offer.tools) addTool(name);
  server.addResource({
    name: "value",
    uri: offer.valueUri,
    load: async () => ({ text: offer.readValue() }),
  });
  server.addResourceTemplate({
    name: "shelf",
    uriTemplate: offer.shelfTemplate,
    arguments: [
      { name: "key", required: true, complete: async (start) => ({ values: keysFrom(start) }) },
    ],
    load: async ({ key }) => ({ text: offer.readShelf(String(key)) }),
  });
  server.addPrompt({
    name: "greet",
    arguments: [
      { name: "name", required: true, complete: async (start) => ({ values: keysFrom(start) }) },
    ],
    load: async ({ name }) => offer.greet(String(name)),
  });
  offer.onChange((change) => {
    if (change.kind === "tools") for (const name of offer.tools.slice(-1)) addTool(name);
    else void server.sendResourceUpdated(change.uri);
  });
  return server;
}

function callOf(server: FastMCP, context: Context<FastMCPSessionAuth>): Omit<Call, "remember"> {
  const session = () => {
    const found = server.sessions.find(({ sessionId }) => sessionId === context.sessionId);
    if (found === undefined) throw new Error("The call belongs to no session");
    return found;
  };
  return {
    signal: context.signal,
    progress: (progress, total) => context.reportProgress({ progress, total }),
    log: async (level, text) => context.log[level === "warning" ? "warn" : level](text),
    askForm: async () => {
      const { message, requestedSchema } = formQuestion;
      const schema = { ...requestedSchema, required: ["word"] };
      const { action, content } = await context.elicit({ message, requestedSchema: schema });
      return String(content?.word ?? action);
    },
    askUrl: async () => {
      const asked = { mode: "url" as const, elicitationId: "cells", ...urlQuestion };
      return (await context.elicit(asked)).action;
    },
    sample: async () => {
      const { text, maxTokens } = samplingQuestion;
      const { content } = await session().requestSampling({
        messages: [{ role: "user", content: { type: "text", text } }],
        maxTokens,
      });
      return "text" in content ? String(content.text) : "no text";
    },
    roots: async () =>
      session()
        .roots.map(({ uri }) => uri)
        .join(" "),
  };
}
