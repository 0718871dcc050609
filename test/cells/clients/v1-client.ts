import { Client } from "@modelcontextprotocol/sdk/client/index.js";
import { SSEClientTransport } from "@modelcontextprotocol/sdk/client/sse.js";
import { StreamableHTTPClientTransport } from "@modelcontextprotocol/sdk/client/streamableHttp.js";
import type { Transport } from "@modelcontextprotocol/sdk/shared/transport.js";
import {
  CreateMessageRequestSchema,
  ElicitRequestSchema,
  ListRootsRequestSchema,
  LoggingMessageNotificationSchema,
  ResourceUpdatedNotificationSchema,
  ToolListChangedNotificationSchema,
} from "@modelcontextprotocol/sdk/types.js";
import { answers } from "../questions.js";
import { capabilities, type Driver, Heard, textIn, textOf, watchedFetch } from "./driver.js";
import { fetchEventByEvent } from "./event-by-event.js";

/** A client of SDK v1 over streamable HTTP. */
export async function connectV1(name: string, url: string): Promise<Driver> {
  const stream = watchedFetch();
  const transport = new StreamableHTTPClientTransport(new URL(url), { fetch: stream.fetch });
  // The SDK's own types disagree under `exactOptionalPropertyTypes`.
  const driver = await connect(name, transport as Transport, () => transport.terminateSession());
  // What a server says on a stream that is not open yet is lost, with or without a hub.
  await stream.isOpen;
  return driver;
}

/** The same over HTTP+SSE, whose one stream is open before anything is said. */
export function connectV1OverSse(name: string, url: string): Promise<Driver> {
  const transport = new SSEClientTransport(new URL(url), { fetch: fetchEventByEvent });
  return connect(name, transport as Transport, async () => {});
}

async function connect(
  name: string,
  transport: Transport,
  end: () => Promise<void>,
): Promise<Driver> {
  const client = new Client({ name, version: "1" }, { capabilities });
  const heard = new Heard();
  listen(client, name, heard);
  await client.connect(transport);
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
      const asked = { name: tool, arguments: { text } };
      const { isError, content } = await client.callTool(asked, undefined, options);
      return textOf({ isError, content });
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
    logFrom: async (level) => void (await client.setLoggingLevel(level)),
    watch: async (what) => {
      if (what === "tools") return async () => {};
      await client.subscribeResource({ uri: what.resource });
      return async () => void (await client.unsubscribeResource({ uri: what.resource }));
    },
    close: async () => {
      await end();
      await client.close();
    },
  };
}

function listen(client: Client, name: string, heard: Heard): void {
  client.setRequestHandler(ElicitRequestSchema, async ({ params }) => {
    heard.questions.push(params);
    return params.mode === "url"
      ? { action: "accept" }
      : { action: "accept", content: { word: answers.word(name) } };
  });
  client.setRequestHandler(CreateMessageRequestSchema, async ({ params }) => {
    heard.questions.push(params);
    const content = { type: "text" as const, text: answers.sample(name) };
    return { model: "none", role: "assistant", content };
  });
  client.setRequestHandler(ListRootsRequestSchema, async () => ({
    roots: [{ uri: answers.root(name) }],
  }));
  client.setNotificationHandler(LoggingMessageNotificationSchema, ({ params }) => {
    heard.logs.push({ level: params.level, data: params.data });
  });
  client.setNotificationHandler(ResourceUpdatedNotificationSchema, ({ params }) => {
    heard.updated.push(params.uri);
  });
  client.setNotificationHandler(ToolListChangedNotificationSchema, () => {
    heard.toolChanges += 1;
  });
}
