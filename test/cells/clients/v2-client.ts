import {
  Client,
  LOG_LEVEL_META_KEY,
  StreamableHTTPClientTransport,
} from "@modelcontextprotocol/client";
import { answers, type LogLevel } from "../questions.js";
import { capabilities, type Driver, Heard, textIn, textOf, watchedFetch } from "./driver.js";

/** A client of SDK v2, as it is for 2025 servers, pinned to the modern revision, or one that asks which it is to be. */
export async function connectV2(
  name: string,
  url: string,
  mode: "legacy" | "modern" | "auto",
): Promise<Driver> {
  const client = new Client(
    { name, version: "1" },
    {
      capabilities,
      versionNegotiation: { mode: mode === "modern" ? { pin: "2026-07-28" } : mode },
    },
  );
  const heard = new Heard();
  listen(client, name, heard);
  const stream = watchedFetch();
  const transport = new StreamableHTTPClientTransport(new URL(url), { fetch: stream.fetch });
  await client.connect(transport);
  const isModern = client.getProtocolEra() === "modern";
  // What a server says on a stream that is not open yet is lost, with or without a hub.
  if (!isModern) await stream.isOpen;
  let logLevel: LogLevel | undefined;
  return {
    name,
    heard,
    tools: async () => (await client.listTools()).tools.map((tool) => tool.name),
    resources: async () => (await client.listResources()).resources.map(({ uri }) => uri),
    templates: async () =>
      (await client.listResourceTemplates()).resourceTemplates.map((item) => item.uriTemplate),
    prompts: async () => (await client.listPrompts()).prompts.map((prompt) => prompt.name),
    call: async (tool, text, { signal, onProgress } = {}) => {
      const options = {
        ...(signal === undefined ? {} : { signal }),
        ...(onProgress === undefined
          ? {}
          : { onprogress: ({ progress }: { progress: number }) => onProgress(progress) }),
      };
      // The modern revision says with each request which logs it wants.
      const meta = logLevel === undefined ? {} : { _meta: { [LOG_LEVEL_META_KEY]: logLevel } };
      return textOf(await client.callTool({ name: tool, arguments: { text }, ...meta }, options));
    },
    read: async (uri) => textIn((await client.readResource({ uri })).contents[0]),
    prompt: async (prompt, argument) => {
      const { messages } = await client.getPrompt({ name: prompt, arguments: { name: argument } });
      return textIn(messages[0]?.content);
    },
    complete: async (reference, start) => {
      const { completion } = await client.complete({
        ref:
          "prompt" in reference
            ? { type: "ref/prompt", name: reference.prompt }
            : { type: "ref/resource", uri: reference.template },
        argument: { name: reference.argument, value: start },
      });
      return completion.values;
    },
    logFrom: async (level) => {
      if (isModern) logLevel = level;
      else await client.setLoggingLevel(level);
    },
    watch: async (what) => {
      if (isModern) {
        const filter =
          what === "tools"
            ? { toolsListChanged: true }
            : { resourceSubscriptions: [what.resource] };
        const subscription = await client.listen(filter);
        return () => subscription.close();
      }
      if (what === "tools") return async () => {};
      await client.subscribeResource({ uri: what.resource });
      return async () => void (await client.unsubscribeResource({ uri: what.resource }));
    },
    close: async () => {
      if (!isModern) await transport.terminateSession();
      await client.close();
    },
  };
}

function listen(client: Client, name: string, heard: Heard): void {
  client.setRequestHandler("elicitation/create", async ({ params }) => {
    heard.questions.push(params);
    return params.mode === "url"
      ? { action: "accept" }
      : { action: "accept", content: { word: answers.word(name) } };
  });
  client.setRequestHandler("sampling/createMessage", async ({ params }) => {
    heard.questions.push(params);
    const content = { type: "text" as const, text: answers.sample(name) };
    return { model: "none", role: "assistant", content };
  });
  client.setRequestHandler("roots/list", async () => ({ roots: [{ uri: answers.root(name) }] }));
  client.setNotificationHandler("notifications/message", ({ params }) => {
    heard.logs.push({ level: params.level, data: params.data });
  });
  client.setNotificationHandler("notifications/resources/updated", ({ params }) => {
    heard.updated.push(params.uri);
  });
  client.setNotificationHandler("notifications/tools/list_changed", () => {
    heard.toolChanges += 1;
  });
}
